import { escapeHtml } from '../escape.ts'
import { cellNameOf, type Table } from '../figures/figure.ts'
import { markOf } from '../marks.ts'
import type { Cell } from '../schema.ts'
import type { Texts } from '../texts/en.ts'

export const paragraph = (words: string, name?: string): string =>
  `<p${name === undefined ? '' : ` class="${name}"`}>${escapeHtml(words)}</p>`

/** The first column contains row headers; numbers are right-aligned. */
export function tableOf({ head, rows }: Table, name = 'figures'): string {
  const top = head.map((words) => `<th scope="col">${escapeHtml(words)}</th>`).join('')
  const body = rows.map(([first = '', ...rest]) => {
    const fields = rest.map((words) => `<td>${escapeHtml(words)}</td>`).join('')
    return `<tr><th scope="row">${escapeHtml(first)}</th>${fields}</tr>`
  })
  return `<div class="scroll"><table class="${name}"><thead><tr>${top}</tr></thead><tbody>${body.join('')}</tbody></table></div>`
}

/** Shapes without colour: colours are reserved for transports. */
export const sign = (holds: boolean | null, words: string): string =>
  `<span class="sign"><svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">${
    holds === null
      ? '<path d="M1 6h10" class="open"/>'
      : holds
        ? '<circle cx="6" cy="6" r="4.5"/>'
        : '<path d="M6 1l5 5-5 5-5-5z" class="open"/>'
  }</svg>${escapeHtml(words)}</span>`

export const cellName = (cell: Cell, texts: Texts): string =>
  `${texts.scenarios[cell.scenario]}: ${cellNameOf(cell, texts)}`

/** Marks texts of the report as English, for pages in another language. */
export const reportWords = (words: string): string => `<span lang="en">${escapeHtml(words)}</span>`

/** A legend entry; textures have the same meaning in every bar. */
export const swatch = (fill: string, words: string): string =>
  `<span class="swatch"><svg viewBox="0 0 22 12" width="22" height="12" aria-hidden="true"><rect x=".5" y=".5" width="21" height="11" fill="${fill}" stroke="var(--ink-3)"/></svg>${escapeHtml(words)}</span>`

export const controlMark = markOf('control')
