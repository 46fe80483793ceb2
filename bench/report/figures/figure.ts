import type { Picture } from '../drawing/svg.ts'
import { variantOf } from '../metrics.ts'
import type { Cell, Report, Scenario } from '../schema.ts'
import type { Texts } from '../texts/en.ts'

export type FigureId = keyof Texts['figures']

/** Widths in px of pictures that stand alone or side by side: one set for pages, one for phones. */
export interface Sizes {
  full: number
  half: number
}

export interface Table {
  head: string[]
  rows: string[][]
}

export interface Panel extends Picture {
  title?: string
  isHalf?: boolean
}

/** What a figure draws from a report. Without panels there is nothing to draw, and the page says so in a line. */
export interface Figure {
  id: FigureId
  panels: (report: Report, texts: Texts, sizes: Sizes) => Panel[]
  /** The same figures, for readers who prefer numbers. */
  table: (report: Report, texts: Texts) => Table
  /** Sentences below, that depend on the report. */
  notes?: (report: Report, texts: Texts) => string[]
}

export const cellsOf = ({ cells }: Report, scenario: Scenario): Cell[] =>
  cells.filter((cell) => cell.scenario === scenario)

/** Cells by subject, in the order in which the report has them. */
export function bySubject(cells: readonly Cell[]): [string, Cell[]][] {
  const groups = new Map<string, Cell[]>()
  for (const cell of cells) groups.set(cell.subject, [...(groups.get(cell.subject) ?? []), cell])
  return [...groups]
}

/** A name such as short-poll or short-poll/browser, as people read it. */
export function nameOf(name: string, { subjects, variants, comma }: Texts): string {
  const [first = '', ...rest] = name.split('/')
  const variant = rest.map((part) => known(variants, part) ?? part)
  return [known(subjects, first) ?? first, ...variant].join(comma)
}

/** The same for a cell, whose variant may be a rate or a round trip. */
export function cellNameOf(cell: Cell, texts: Texts): string {
  const parts = variantOf(cell).split('/')
  const isRate = cell.scenario === 'rates' || cell.scenario === 'sweep'
  const isNumber = (part: string) => part !== '' && Number.isFinite(Number(part))
  const spell = (part: string, i: number) =>
    !isNumber(part)
      ? nameOf(part, texts)
      : cell.scenario === 'capacity'
        ? // Clients and a rate, or a word and clients.
          i === 2 && isNumber(parts[1] ?? '')
          ? texts.atRate(part)
          : texts.clientsOf(part)
        : isRate
          ? texts.atRate(part)
          : texts.roundTripOf(Number(part))
  return parts
    .map((part, i) => (i === 0 ? nameOf(part, texts) : (known(texts.variants, part) ?? spell(part, i))))
    .join(texts.comma)
}

const known = (all: Record<string, string>, key: string) => (Object.hasOwn(all, key) ? all[key] : undefined)

export const doubt = ({ validity }: Cell): string => (validity.valid ? '' : ' ◇')
