import { useLayoutEffect, useRef } from 'preact/hooks'
import type { FormulaId } from '../../../models/choice-findings.ts'
import { FORMULA_TEXTS } from '../../choice/formulas.ts'
import { formulasEn, formulasZhCN } from '../../choice/formula-words.ts'
import { guideTexts } from '../../i18n/guide-texts.ts'

export const formulaWords = guideTexts(formulasEn, formulasZhCN)

/** Formulas with what they say. The one that the address names is shown and focused. */
export function FormulaList({ ids, named }: { ids: readonly FormulaId[]; named: string | undefined }) {
  const list = useRef<HTMLDListElement>(null)
  useLayoutEffect(() => {
    if (named === undefined) return
    const entry = list.current?.querySelector<HTMLElement>(`[data-formula="${CSS.escape(named)}"]`)
    entry?.focus({ preventScroll: true })
    entry?.scrollIntoView({ block: 'center' })
  }, [named])
  return (
    <dl class="capacity-formulas" ref={list}>
      {ids.map((id) => {
        const { text, file } = FORMULA_TEXTS[id]
        const { name, says } = formulaWords.value[id]
        return (
          <div key={id} data-formula={id} tabIndex={-1} data-named={id === named}>
            <dt>{name}</dt>
            <dd>
              <code>{text}</code>
              <p>{says}</p>
              {file !== undefined && <p class="file">{file}</p>}
            </dd>
          </div>
        )
      })}
    </dl>
  )
}
