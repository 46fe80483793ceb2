import { escapeHtml } from '../escape.ts'
import { fillOf } from '../drawing/bars.ts'
import type { Figure, Panel, Sizes } from '../figures/figure.ts'
import { FIGURES } from '../figures/list.ts'
import { TEXTURES } from '../figures/stack.ts'
import type { Report, Scenario } from '../schema.ts'
import { renderSvg } from '../drawing/svg.ts'
import type { Texts } from '../texts/en.ts'
import { controlMark, paragraph, swatch, tableOf } from './words.ts'

/** Wide for pages and paper, narrow for phones: the letters of a picture that shrinks are too small to read. */
const SIZES: Record<'wide' | 'narrow', Sizes> = { wide: { full: 760, half: 370 }, narrow: { full: 332, half: 332 } }

const SCENARIO_OF: Record<Figure['id'], Scenario> = {
  percentiles: 'latency',
  paired: 'latency',
  ecdf: 'latency',
  roundTrip: 'rtt',
  stack: 'overhead',
  requests: 'rates',
  bytes: 'rates',
  wireBytes: 'rates',
  cpu: 'rates',
  http: 'http',
  load: 'sweep',
  memory: 'memory',
  http2: 'http2',
  deflate: 'deflate',
  capacity: 'capacity',
}

/** Bars of several parts. */
const LEGEND_FOR: readonly Figure['id'][] = ['stack', 'http2', 'deflate']

export const figuresOf = (report: Report, texts: Texts, language: string): string =>
  FIGURES.map((figure, i) => figureOf(figure, i + 1, report, texts, language)).join('')

function figureOf(figure: Figure, number: number, report: Report, texts: Texts, language: string): string {
  const { title, see, means } = texts.figures[figure.id]
  const id = `${language}-${figure.id}`
  const head = `<h3><span class="no">${escapeHtml(texts.figure(number))}</span> ${escapeHtml(title)}</h3>`
  const panels = figure.panels(report, texts, SIZES.wide)
  if (panels.length === 0) {
    const words = texts.noFigure(texts.scenarios[SCENARIO_OF[figure.id]])
    return `<section class="figure empty" id="${id}" data-figure="${figure.id}">${head}${paragraph(words, 'quiet')}</section>`
  }
  return [
    `<section class="figure" id="${id}" data-figure="${figure.id}"><figure>${head}`,
    LEGEND_FOR.includes(figure.id) ? legend(texts) : '',
    `<div class="wide">${pictures(panels)}</div>`,
    `<div class="narrow">${pictures(figure.panels(report, texts, SIZES.narrow))}</div>`,
    `<figcaption><p><b>${escapeHtml(texts.see)}</b> ${escapeHtml(see)}</p>`,
    `<p><b>${escapeHtml(texts.means)}</b> ${escapeHtml(means)}</p>`,
    ...(figure.notes?.(report, texts) ?? []).map((note) => paragraph(note, 'note')),
    '</figcaption></figure>',
    `<details><summary>${escapeHtml(texts.numbers)}</summary>${tableOf(figure.table(report, texts))}</details></section>`,
  ].join('')
}

const pictures = (panels: readonly Panel[]): string =>
  panels
    .map(({ title, isHalf = false, ...picture }) => {
      const head = title === undefined ? '' : `<h4>${escapeHtml(title)}</h4>`
      return `<div class="panel${isHalf ? ' half' : ''}">${head}${renderSvg(picture)}</div>`
    })
    .join('')

function legend(texts: Texts): string {
  const all = TEXTURES.map((texture) => swatch(fillOf(texture, controlMark), texts.textures[texture]))
  return `<p class="legend">${all.join('')}</p>`
}
