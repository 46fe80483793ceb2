import { useSignal, useSignalEffect } from '@preact/signals'
import { useEffect, useId } from 'preact/hooks'
import { whole } from '../../browser/format.ts'
import { addressSettings, replaceSettings } from '../../browser/router.ts'
import { CAPACITY_FIELDS, PAPER, pricesOf, requestOf, transportFrom } from '../../capacity/capacity-settings.ts'
import { en, zhCN } from '../../capacity/capacity-words.ts'
import { COMPARED } from '../../capacity/coefficients-choice.ts'
import { significant } from '../../capacity/figures.ts'
import { settingsOf, type NumberField } from '../../capacity/number-fields.ts'
import { isQuantity, type Quantity } from '../../capacity/quantities.ts'
import { guideTexts } from '../../i18n/guide-texts.ts'
import type { TransportName } from '../../../transports.ts'
import type { Guide } from '../guides/guide.ts'
import { Glyph, labelOf } from '../shared/transport-label.tsx'
import { CapacityResults } from './capacity-results.tsx'
import { NumberInput } from './number-input.tsx'
import { useCoefficients } from './use-coefficients.ts'
import { isOpen, useFields, type Fields } from './use-fields.ts'

const texts = guideTexts(en, zhCN)

const LOAD_FIELDS = ['users', 'rate', 'interval', 'hold', 'rtt', 'headers', 'text'] as const
const PRICE_FIELDS = ['load', 'machine', 'cores', 'memory', 'traffic'] as const

/** Whether a field counts for a transport: it is shown as unused otherwise. */
const isUsed = (name: string, transport: TransportName): boolean =>
  name === 'interval'
    ? transport === 'short-poll'
    : name === 'hold'
      ? transport === 'long-poll'
      : name === 'headers'
        ? transport === 'short-poll' || transport === 'long-poll'
        : name === 'rtt'
          ? transport === 'short-poll' || transport === 'long-poll'
          : true

/** The settings of the guide beside its numbers. */
interface Choices {
  transport: TransportName
  hasTls: boolean
  quantity: Quantity
  report: string | undefined
}

function choicesFrom(settings: Readonly<Partial<Record<string, string>>>): Choices {
  const { tls, show, report } = settings
  return {
    transport: transportFrom(settings),
    hasTls: tls !== undefined,
    quantity: isQuantity(show) ? show : 'cores',
    report,
  }
}

export const CapacityGuide: Guide = ({ path }) => {
  const words = texts.value
  const fields = useFields(CAPACITY_FIELDS)
  const choices = useSignal(choicesFrom(addressSettings.peek()))
  useSignalEffect(() => {
    choices.value = choicesFrom(addressSettings.value)
  })
  useSignalEffect(() => {
    const { transport, hasTls, quantity, report } = choices.value
    // An address with a text that is not allowed would open with the default.
    if (fields.problems.value.length > 0 || !isOpen('capacity')) return
    replaceSettings({
      ...(transport === 'websocket' ? {} : { t: transport }),
      ...settingsOf(CAPACITY_FIELDS, fields.texts.value),
      ...(hasTls ? { tls: '' } : {}),
      ...(quantity === 'cores' ? {} : { show: quantity }),
      ...(report === undefined ? {} : { report }),
    })
  })
  useEffect(() => {
    document.title = words.title
  }, [words])
  const state = useCoefficients(choices.value.report)
  const change = (changed: Partial<Choices>) => (choices.value = { ...choices.value, ...changed })
  const { transport, hasTls, quantity } = choices.value
  return (
    <main class="guide capacity" data-transport={transport}>
      <header>
        <h1>{words.title}</h1>
        <p class="lead">{words.lead}</p>
      </header>
      <div class="capacity-layout">
        <Settings fields={fields} transport={transport} hasTls={hasTls} change={change} />
        {state.value.is === 'loaded' ? (
          <CapacityResults
            request={requestOf(fields.values.value, transport, hasTls)}
            prices={pricesOf(fields.values.value)}
            chosen={state.value.chosen}
            quantity={quantity}
            words={words}
            named={path[1]}
            onQuantity={(wanted) => change({ quantity: wanted })}
            onReport={(report) => change({ report })}
          />
        ) : (
          <p class="capacity-wait" role="status">
            {state.value.is === 'loading' ? words.loading : words.failed}{' '}
            {state.value.is === 'failed' && (
              <button type="button" onClick={state.value.again}>
                {words.again}
              </button>
            )}
          </p>
        )}
      </div>
    </main>
  )
}

export const problemIn =
  (notAllowed: (field: string, text: string, low: string, high: string) => string, label: string) =>
  (text: string, { min, max, unit }: NumberField): string => {
    const of = (value: number) => `${significant(value, 7)}${unit === '' ? '' : `\u202f${unit}`}`
    return notAllowed(label, text, of(min), of(max))
  }

function Settings({
  fields,
  transport,
  hasTls,
  change,
}: {
  fields: Fields<typeof CAPACITY_FIELDS>
  transport: TransportName
  hasTls: boolean
  change: (changed: Partial<Choices>) => void
}) {
  const words = texts.value
  const title = useId()
  const input = (name: keyof typeof CAPACITY_FIELDS) => (
    <NumberInput
      key={name}
      of={fields}
      name={name}
      label={words.fields[name]}
      problem={problemIn(words.notAllowed, words.fields[name])}
      isUnused={!isUsed(name, transport)}
    />
  )
  const paper = (users: number) =>
    fields.change({ users: String(users), rate: '1', interval: '1000', headers: String(PAPER.headers) })
  const defaults = Object.fromEntries(Object.entries(CAPACITY_FIELDS).map(([name, one]) => [name, String(one.default)]))
  return (
    <form class="panel capacity-settings" aria-labelledby={title} onSubmit={(event) => event.preventDefault()}>
      <header class="head">
        <h2 id={title}>{words.settings}</h2>
        <button type="button" class="capacity-reset" onClick={() => fields.change(defaults)}>
          {words.reset}
        </button>
      </header>
      <fieldset class="capacity-transports">
        <legend>{words.transport}</legend>
        {COMPARED.map((name) => (
          <label key={name} class="capacity-chip" data-transport={name}>
            <input
              type="radio"
              name="capacity-transport"
              value={name}
              checked={name === transport}
              onChange={() => change({ transport: name })}
            />
            <Glyph of={name} />
            {labelOf(name)}
          </label>
        ))}
      </fieldset>
      <fieldset class="capacity-presets">
        <legend>{words.presets}</legend>
        {PAPER.rows.map(({ users }) => (
          <button key={users} type="button" onClick={() => paper(users)}>
            {words.paperPreset(whole(users))}
          </button>
        ))}
        <p class="quiet">{words.paperAbout}</p>
      </fieldset>
      <div class="capacity-fields">{LOAD_FIELDS.map(input)}</div>
      <label class="capacity-check">
        <input
          type="checkbox"
          checked={hasTls}
          onChange={({ currentTarget }) => change({ hasTls: currentTarget.checked })}
        />
        {words.tls}
      </label>
      <details class="capacity-prices" open>
        <summary>{words.prices}</summary>
        <div class="capacity-fields">{PRICE_FIELDS.map(input)}</div>
      </details>
    </form>
  )
}
