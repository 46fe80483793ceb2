import { useSignal, useSignalEffect } from '@preact/signals'
import { useEffect, useId } from 'preact/hooks'
import { addressSettings, replaceSettings } from '../../browser/router.ts'
import type { ChosenCoefficients } from '../../capacity/coefficients-choice.ts'
import { en as capacityEn, zhCN as capacityZhCN } from '../../capacity/capacity-words.ts'
import { settingsOf } from '../../capacity/number-fields.ts'
import {
  CHOICE_FIELDS,
  DEFAULT_PRICES,
  needsOf,
  SWITCHES,
  switchesFrom,
  switchSettings,
  type Switches,
} from '../../choice/choice-settings.ts'
import { en, zhCN } from '../../choice/choice-words.ts'
import { guideTexts } from '../../i18n/guide-texts.ts'
import { choose } from '../../../models/choice.ts'
import { FORMULAS } from '../../../models/choice-findings.ts'
import { problemIn } from '../capacity/capacity-guide.tsx'
import { CoefficientsSource } from '../capacity/coefficients-source.tsx'
import { FormulaList } from '../capacity/formula-list.tsx'
import { NumberInput } from '../capacity/number-input.tsx'
import { useCoefficients } from '../capacity/use-coefficients.ts'
import { isOpen, useFields } from '../capacity/use-fields.ts'
import type { Guide } from '../guides/guide.ts'
import { AssessmentList } from './assessment-list.tsx'
import { Recommendation } from './recommendation.tsx'
import { SideBySide } from './side-by-side.tsx'

const texts = guideTexts(en, zhCN)
const capacityTexts = guideTexts(capacityEn, capacityZhCN)

export const ChooseGuide: Guide = ({ path }) => {
  const words = texts.value
  const fields = useFields(CHOICE_FIELDS)
  const switches = useSignal<Switches>(switchesFrom(addressSettings.peek()))
  const report = useSignal(addressSettings.peek()['report'])
  useSignalEffect(() => {
    switches.value = switchesFrom(addressSettings.value)
    report.value = addressSettings.value['report']
  })
  useSignalEffect(() => {
    if (fields.problems.value.length > 0 || !isOpen('choose')) return
    replaceSettings({
      ...settingsOf(CHOICE_FIELDS, fields.texts.value),
      ...switchSettings(switches.value),
      ...(report.value === undefined ? {} : { report: report.value }),
    })
  })
  useEffect(() => {
    document.title = words.title
  }, [words])
  const state = useCoefficients(report.value)
  const title = useId()
  const needs = needsOf(fields.values.value, switches.value)
  const settings = { ...settingsOf(CHOICE_FIELDS, fields.texts.value), ...switchSettings(switches.value) }
  return (
    <main class="guide choose">
      <header>
        <h1>{words.title}</h1>
        <p class="lead">{words.lead}</p>
      </header>
      <div class="capacity-layout">
        <form class="panel capacity-settings" aria-labelledby={title} onSubmit={(event) => event.preventDefault()}>
          <header class="head">
            <h2 id={title}>{words.needs}</h2>
            <button type="button" class="capacity-reset" onClick={() => print()}>
              {words.print}
            </button>
          </header>
          <div class="capacity-fields">
            {(Object.keys(CHOICE_FIELDS) as (keyof typeof CHOICE_FIELDS)[]).map((name) => (
              <NumberInput
                key={name}
                of={fields}
                name={name}
                label={words.fields[name]}
                problem={problemIn(words.notAllowed, words.fields[name])}
              />
            ))}
          </div>
          <div class="choose-switches">
            {SWITCHES.map((name) => (
              <label key={name} class="capacity-check">
                <input
                  type="checkbox"
                  checked={switches.value[name]}
                  onChange={({ currentTarget }) =>
                    (switches.value = { ...switches.value, [name]: currentTarget.checked })
                  }
                />
                {words.switches[name]}
              </label>
            ))}
          </div>
          <p class="quiet choose-address">{words.address}</p>
        </form>
        {state.value.is === 'loaded' ? (
          <div class="capacity-results">{resultsOf(state.value.chosen)}</div>
        ) : (
          <p class="capacity-wait" role="status">
            {state.value.is === 'loading' ? capacityTexts.value.loading : capacityTexts.value.failed}{' '}
            {state.value.is === 'failed' && (
              <button type="button" onClick={state.value.again}>
                {capacityTexts.value.again}
              </button>
            )}
          </p>
        )}
      </div>
    </main>
  )

  function resultsOf(chosen: ChosenCoefficients) {
    const choice = choose(needs, chosen.coefficients, DEFAULT_PRICES)
    return (
      <>
        <Recommendation choice={choice} words={words} settings={settings} />
        <SideBySide choice={choice} words={words} />
        <AssessmentList choice={choice} needs={needs} words={words} settings={settings} reportId={chosen.id} />
        <section class="panel capacity-text">
          <h2>{capacityTexts.value.source.title}</h2>
          <CoefficientsSource of={chosen} words={capacityTexts.value} onChoose={(id) => (report.value = id)} />
        </section>
        <section class="panel capacity-text">
          <h2>{words.formulas}</h2>
          <FormulaList ids={FORMULAS} named={path[1]} />
        </section>
      </>
    )
  }
}
