import { useComputed, useSignal, useSignalEffect, type ReadonlySignal } from '@preact/signals'
import { addressSettings, pageAddress, type GuideName } from '../../browser/router.ts'
import {
  problemsOf,
  textsFrom,
  valuesOf,
  type FieldTexts,
  type FieldValues,
  type NumberField,
} from '../../capacity/number-fields.ts'

export interface Fields<F extends Readonly<Record<string, NumberField>>> {
  fields: F
  texts: ReadonlySignal<FieldTexts<F>>
  values: ReadonlySignal<FieldValues<F>>
  problems: ReadonlySignal<readonly (keyof F & string)[]>
  change: (changed: Partial<FieldTexts<F>>) => void
}

/** The numbers of a guide: typed texts, from the address at first and whenever a link changes the address. */
export function useFields<F extends Readonly<Record<string, NumberField>>>(fields: F): Fields<F> {
  const typed = useSignal<FieldTexts<F>>(textsFrom(fields, addressSettings.peek()))
  useSignalEffect(() => {
    typed.value = textsFrom(fields, addressSettings.value)
  })
  return {
    fields,
    texts: typed,
    values: useComputed(() => valuesOf(fields, typed.value)),
    problems: useComputed(() => problemsOf(fields, typed.value)),
    change: (changed) => (typed.value = { ...typed.value, ...changed }),
  }
}

/** A guide that is about to be left must not write its settings into the address of the next. */
export function isOpen(guide: GuideName): boolean {
  const at = pageAddress.peek()
  return 'guide' in at && at.guide === guide
}
