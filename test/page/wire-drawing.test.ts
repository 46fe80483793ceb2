import { expect, it } from 'vitest'
import { TRANSPORTS } from '../../src/protocol.ts'
import { paintWire } from '../../src/page/wire/drawing/paint.ts'
import { SvgPen } from '../../src/page/wire/drawing/pen.ts'
import type { Hue, Palette } from '../../src/page/wire/drawing/palette.ts'
import type { PaintWords, Scene } from '../../src/page/wire/drawing/scene.ts'

const HUE: Hue = { mark: '#111111', line: '#222222', ink: '#333333', tint: '#444444' }
const SURFACE = '#ffffff'
const PALETTE: Palette = {
  transports: Object.fromEntries(TRANSPORTS.map((name) => [name, HUE])) as Palette['transports'],
  ...{ ink: '#000000', ink2: '#555555', ink3: '#666666', line: '#cccccc', surface: SURFACE, fault: '#ff0000' },
  ...{ sans: 'sans-serif', mono: 'monospace' },
}
const SWITCH = 'short-poll → snapshot-poll'
const WORDS: PaintWords = {
  ...{ client: 'client', server: 'server', oneWay: null, tooMany: '' },
  tick: () => '',
  held: () => '',
  until: () => '',
  waited: () => '',
  inBrowser: () => '',
  shown: () => '',
  stored: () => '',
  arrow: () => '',
  switch: () => ['short-poll', 'snapshot-poll'],
}
/** Above the baseline of a text of 11 px. */
const ASCENT_PX = 9

/** The drawing of a switch, `agoMs` before the end: a ms is a pixel. */
function drawingOf(agoMs: number): string {
  const [height, endAt] = [500, 10_000]
  const [from, to] = [
    { transport: 'short-poll', profile: 'local' },
    { transport: 'snapshot-poll', profile: 'local' },
  ] as const
  const scene: Scene = {
    ...{ toPageTime: (at: number) => at, oneWayMs: 0, nowAt: endAt },
    view: { width: 520, height, endAt, spanMs: height - 46 },
    items: [{ type: 'switch', key: 'switch', begunAt: endAt - agoMs, switchEvent: { from, to } }],
    messages: new Map(),
    ...{ pointed: null, followed: null, words: WORDS },
  }
  const pen = new SvgPen()
  paintWire(pen, PALETTE, scene)
  return pen.document(520, height, SURFACE, 'a switch')
}

it('the drawing of the wire has the label of a switch where its whole box is seen, and never behind the captions', () => {
  const shown = []
  for (let agoMs = 0; agoMs < 500; agoMs++) {
    const drawing = drawingOf(agoMs)
    const captions = new RegExp(`d="M0 0h520v(\\d+)h-520Z" fill="${SURFACE}"`).exec(drawing)?.[1]
    const baseline = new RegExp(`<text x="[^"]+" y="([^"]+)"[^>]*>${SWITCH}<`).exec(drawing)?.[1]
    if (baseline === undefined) continue
    shown.push(agoMs)
    expect(Number(baseline) - ASCENT_PX).toBeGreaterThanOrEqual(Number(captions))
  }
  // From the foot on, up to the captions.
  expect(shown).toEqual(shown.map((_, agoMs) => agoMs))
  expect(shown.length).toBeGreaterThan(430)
})
