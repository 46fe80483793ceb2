import { isTransport } from '../../../transports.ts'
import { language } from '../../i18n/i18n.ts'
import { MAX_SEED, type Parameter, type Settings } from '../../lessons/parameters.ts'
import type { Lesson } from '../../lessons/lesson.ts'
import { place } from '../../lessons/place.ts'
import { textOf } from '../../lessons/unit.ts'
import { labelOf, linkLabelOf } from '../shared/transport-label.tsx'
import { experimentTexts } from './experiment-texts.ts'

interface ParametersProps {
  lesson: Lesson
  settings: Settings
  isLocked: boolean
  onChange: (settings: Settings) => void
  newSeed: () => number
}

/** The settings of an experiment. A change begins a new prediction. */
export function LessonParameters({ lesson, settings, isLocked, onChange, newSeed }: ParametersProps) {
  const words = experimentTexts.value
  const texts = lesson.texts[language.value]
  return (
    <section class="panel experiment-settings" aria-label={words.settings}>
      <h2>{words.settings}</h2>
      <div class="experiment-parameters">
        {lesson.parameters.map((parameter) => {
          const values = valuesOf(parameter, settings)
          if (values.length < 2) return null
          return (
            <label key={parameter.name}>
              <span>{texts.parameters[parameter.name] ?? parameter.name}</span>
              <select
                disabled={isLocked}
                value={String(settings[parameter.name])}
                onChange={({ currentTarget }) => {
                  const value = parameter.kind === 'number' ? Number(currentTarget.value) : currentTarget.value
                  onChange({ ...settings, [parameter.name]: value })
                }}
              >
                {values.map((value) => (
                  <option key={value} value={String(value)} disabled={!isOffered(parameter, value)}>
                    {valueText(parameter, value, texts.choices)}
                  </option>
                ))}
              </select>
            </label>
          )
        })}
        <label>
          <span>{words.seed}</span>
          <input
            type="number"
            min={0}
            max={MAX_SEED}
            disabled={isLocked}
            value={settings['seed']}
            onChange={({ currentTarget }) => {
              if (currentTarget.validity.valid && currentTarget.value !== '')
                onChange({ ...settings, seed: Math.floor(Number(currentTarget.value)) })
            }}
          />
          <button
            type="button"
            title={words.newSeed}
            aria-label={words.newSeed}
            disabled={isLocked}
            onClick={() => onChange({ ...settings, seed: newSeed() })}
          >
            ↻
          </button>
        </label>
      </div>
    </section>
  )
}

/** With the value in force, which an address may have set. */
function valuesOf({ name, kind, values }: Parameter, settings: Settings): readonly (number | string)[] {
  const now = settings[name]
  if (now === undefined || (values as readonly (number | string)[]).includes(now)) return values
  return kind === 'number' ? [...values, Number(now)].sort((a, b) => a - b) : values
}

/** A link that this page does not reach cannot be chosen. */
const isOffered = ({ kind }: Parameter, value: number | string): boolean =>
  kind !== 'link' || value === 'local' || place.value.profiles.includes(String(value))

function valueText(
  parameter: Parameter,
  value: number | string,
  choices: Readonly<Record<string, string>> | undefined,
): string {
  if (parameter.kind === 'number') return textOf(Number(value), parameter.unit)
  const name = String(value)
  if (parameter.kind === 'link') return linkLabelOf(name)
  return choices?.[name] ?? (isTransport(name) ? labelOf(name) : name)
}
