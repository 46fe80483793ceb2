import { parseNumber, type NumberRange } from '../../number-range.ts'
import type { AddressSettings } from '../browser/router.ts'

/** A number that a person types, with its default. */
export interface NumberField extends NumberRange {
  default: number
}

type Fields = Readonly<Record<string, NumberField>>

/** @throws RangeError for a name that is no field */
export function fieldOf<F extends Fields>(fields: F, name: keyof F & string): NumberField {
  const field: NumberField | undefined = fields[name]
  if (!field) throw new RangeError(`${name} is no field`)
  return field
}

/** What is typed, by field: not yet a number, and perhaps none. */
export type FieldTexts<F extends Fields> = Readonly<Record<keyof F & string, string>>
export type FieldValues<F extends Fields> = Readonly<Record<keyof F & string, number>>

const namesOf = <F extends Fields>(fields: F) => Object.keys(fields) as (keyof F & string)[]
const mapped = <F extends Fields, T>(fields: F, of: (name: keyof F & string, field: NumberField) => T) =>
  Object.fromEntries(namesOf(fields).map((name) => [name, of(name, fieldOf(fields, name))])) as Record<
    keyof F & string,
    T
  >

/** The texts that an address gives; a field that the address does not name has its default. */
export const textsFrom = <F extends Fields>(fields: F, settings: AddressSettings): FieldTexts<F> =>
  mapped(fields, (name, field) => settings[name] ?? String(field.default))

function numberIn(text: string, field: NumberRange): number | null {
  try {
    return parseNumber(text.trim(), field)
  } catch {
    return null
  }
}

/** The numbers in force: a text that is not allowed leaves the default, and is among the problems. */
export const valuesOf = <F extends Fields>(fields: F, texts: FieldTexts<F>): FieldValues<F> =>
  mapped(fields, (name, field) => numberIn(texts[name], field) ?? field.default)

/** The fields whose text is not allowed. */
export const problemsOf = <F extends Fields>(fields: F, texts: FieldTexts<F>): (keyof F & string)[] =>
  namesOf(fields).filter((name) => numberIn(texts[name], fieldOf(fields, name)) === null)

/** What an address has to say: the texts that differ from the defaults. */
export const settingsOf = <F extends Fields>(fields: F, texts: FieldTexts<F>): AddressSettings =>
  Object.fromEntries(
    namesOf(fields)
      .filter((name) => texts[name].trim() !== String(fieldOf(fields, name).default))
      .map((name) => [name, texts[name].trim()]),
  )
