import { useId } from 'preact/hooks'
import { fieldOf, type NumberField } from '../../capacity/number-fields.ts'
import type { Fields } from './use-fields.ts'

interface NumberInputProps<F extends Readonly<Record<string, NumberField>>> {
  of: Fields<F>
  name: keyof F & string
  label: string
  /** The sentence about a text that is not allowed. */
  problem: (text: string, field: NumberField) => string
  isUnused?: boolean
}

/** A number that is typed. A text that is not allowed is said below it, and does not count. */
export function NumberInput<F extends Readonly<Record<string, NumberField>>>({
  of,
  name,
  label,
  problem,
  isUnused = false,
}: NumberInputProps<F>) {
  const id = useId()
  const field = fieldOf(of.fields, name)
  const text = of.texts.value[name]
  const isWrong = of.problems.value.includes(name)
  return (
    <div class="capacity-field" data-unused={isUnused}>
      <label for={id}>{label}</label>
      <span class="capacity-typed">
        <input
          id={id}
          inputMode={field.fractions ? 'decimal' : 'numeric'}
          value={text}
          aria-invalid={isWrong}
          aria-describedby={isWrong ? `${id}-problem` : undefined}
          autocomplete="off"
          onInput={({ currentTarget }) => of.change({ [name]: currentTarget.value } as never)}
        />
        {field.unit !== '' && <i>{field.unit}</i>}
      </span>
      {isWrong && (
        <p class="capacity-problem" id={`${id}-problem`} role="alert">
          {problem(text.trim(), field)}
        </p>
      )}
    </div>
  )
}
