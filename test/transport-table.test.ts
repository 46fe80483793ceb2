import { readFileSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { kindOf } from '../bench/analysis/kind.ts'
import { hasRawClient } from '../bench/load/index.ts'
import { markOf } from '../bench/report/marks.ts'
import { transports } from '../src/client/transports/index.ts'
import { pushedBytes } from '../src/models/index.ts'
import { hueRules } from '../src/page/browser/hues.ts'
import { en } from '../src/page/i18n/en.ts'
import { zhCN } from '../src/page/i18n/zh-cn.ts'
import { buildApp } from '../src/server/app.ts'
import { HUES, TRANSPORT_TRAITS, TRANSPORTS, withSpares, type TransportName } from '../src/transports.ts'

const THEMES = ['light', 'dark'] as const
type Theme = (typeof THEMES)[number]

const tokens = readFileSync(new URL('../public/tokens.css', import.meta.url), 'utf8')

/** The colour that a custom property of tokens.css has in a theme, as `#rrggbb`. */
function colourOf(name: string, theme: Theme): string {
  const [, light = '', dark = light] =
    new RegExp(`--${name}: (?:light-dark\\()?(#[0-9a-f]{6})(?:, (#[0-9a-f]{6})\\))?;`).exec(tokens) ?? []
  const colour = theme === 'light' ? light : dark
  if (colour === '') throw new Error(`public/tokens.css has no colour --${name}`)
  return colour
}

/** Red, green and blue as linear light, 0 to 1 (IEC 61966-2-1). */
function linear(colour: string): [number, number, number] {
  const part = (at: number) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  return [part(1), part(3), part(5)]
}

/** The contrast ratio of two colours, 1 to 21 (WCAG 2.2). */
function contrast(one: string, other: string): number {
  const luminance = (colour: string) => {
    const [red, green, blue] = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (lighter + 0.05) / (darker + 0.05)
}

/** Lightness, green to red, blue to yellow (Ottosson, OKLab). */
function oklab(colour: string): [number, number, number] {
  const [red, green, blue] = linear(colour)
  const l = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
  const m = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
  const s = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ]
}

function distance(one: string, other: string): number {
  const [a, b] = [oklab(one), oklab(other)]
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])
}

/** Every two of a list. */
const pairsOf = <T>(all: readonly T[]): [T, T][] => all.flatMap((a, i) => all.slice(i + 1).map((b): [T, T] => [a, b]))

/** Pairs of colours that are nearer than this in OKLab look alike as dots of a few pixels. */
const LEAST_DISTANCE = 0.09
/** WCAG 2.2, text of less than 24 px. */
const LEAST_CONTRAST = 4.5

const SPARE_HUES = ['spare-1', 'spare-2', 'spare-3', 'spare-4']

describe.each(TRANSPORTS)('%s', (name) => {
  it('has a route that the server answers', async () => {
    const { app } = await buildApp({ logLevel: 'error', jsonp: true })
    onTestFinished(() => app.close())
    const base = await app.listen({ port: 0, host: '127.0.0.1' })
    const { status, body } = await fetch(`${base}/rooms/lobby/${name}?holdMs=0&callback=show`)
    await body?.cancel()
    expect(status).not.toBe(404)
    expect(status).toBeLessThan(500)
  })

  it('has a client whose traits are those of the table', () => {
    expect(transports[name]).toMatchObject({ ...TRANSPORT_TRAITS[name], open: expect.any(Function) as unknown })
  })

  it('has words in both languages of the page', () => {
    const tuning = { interval: '1 s', hold: '25 s' }
    for (const { transport } of [en, zhCN]) {
      const how = transport.how[name] ?? transport.howByMode[TRANSPORT_TRAITS[name].mode]
      expect(how(tuning)).not.toBe('')
    }
  })

  it('has a hue in both themes, with text that can be read on paper and on the hue', () => {
    for (const theme of THEMES) {
      const hue = HUES[name]
      const paper = colourOf('surface', theme)
      expect(contrast(colourOf(`${hue}-ink`, theme), paper)).toBeGreaterThanOrEqual(LEAST_CONTRAST)
      expect(contrast(colourOf(`${hue}-on`, theme), colourOf(hue, theme))).toBeGreaterThanOrEqual(LEAST_CONTRAST)
    }
    expect(hueRules()).toContain(`[data-transport="${name}"] { --hue: var(--${HUES[name]});`)
  })

  it('is measured by a raw client, or has a framing that the report names as not measured', () => {
    const traits = TRANSPORT_TRAITS[name]
    const isOwn = traits.mode === 'streaming' && traits.framing === null
    expect(hasRawClient(name) || isOwn).toBe(true)
    if (traits.mode === 'streaming' && traits.framing) expect(pushedBytes).toHaveProperty(traits.framing)
    expect(kindOf(name)).toBe(traits.mode)
  })
})

describe('the table of transports', () => {
  it('has a mark for snapshot-poll that is visible on paper in both themes', () => {
    for (const theme of THEMES)
      expect(
        contrast(colourOf(HUES['snapshot-poll'], theme), colourOf('surface', theme)),
        theme,
      ).toBeGreaterThanOrEqual(3)
  })

  it('gives no two transports one hue, or hues that look alike, in either theme', () => {
    for (const theme of THEMES) {
      for (const [a, b] of pairsOf(TRANSPORTS)) {
        const apart = distance(colourOf(HUES[a], theme), colourOf(HUES[b], theme))
        expect(apart, `${a} and ${b}, ${theme}`).toBeGreaterThanOrEqual(LEAST_DISTANCE)
      }
    }
  })

  it('keeps spare hues that look like no hue in use, not even that of a fault', () => {
    const hues = [...new Set([...Object.values(HUES), ...SPARE_HUES])]
    for (const theme of THEMES) {
      for (const [a, b] of pairsOf([...hues, 'fault']).filter((pair) => pair.some((hue) => SPARE_HUES.includes(hue)))) {
        const apart = distance(colourOf(a, theme), colourOf(b, theme))
        expect(apart, `${a} and ${b}, ${theme}`).toBeGreaterThanOrEqual(LEAST_DISTANCE)
      }
      for (const hue of SPARE_HUES) {
        expect(contrast(colourOf(`${hue}-ink`, theme), colourOf('surface', theme))).toBeGreaterThanOrEqual(
          LEAST_CONTRAST,
        )
        expect(contrast(colourOf(`${hue}-on`, theme), colourOf(hue, theme))).toBeGreaterThanOrEqual(LEAST_CONTRAST)
        expect(contrast(colourOf(hue, theme), colourOf('surface', theme))).toBeGreaterThanOrEqual(3)
      }
    }
  })

  it('gives no two transports one sign or one dash in the report, and none the sign of a control', () => {
    const signs = [...TRANSPORTS, 'bare-ws'].map((name) => {
      const { symbol, isHollow } = markOf(name)
      return `${symbol} ${isHollow}`
    })
    expect(new Set(signs).size).toBe(signs.length)
    const lines = TRANSPORTS.map((name) => `${markOf(name).hue} ${String(markOf(name).dash)}`)
    expect(new Set(lines).size).toBe(lines.length)
  })

  it('gives a transport without an entry the next spare one', () => {
    const own = Object.fromEntries(TRANSPORTS.slice(2).map((name) => [name, name])) as Partial<
      Record<TransportName, string>
    >
    const [first, second, ...rest] = TRANSPORTS
    const filled = withSpares(own, ['red', 'blue'])
    expect([filled[first], second && filled[second]]).toEqual(['red', 'blue'])
    for (const name of rest) expect(filled[name]).toBe(name)
  })

  it('has a basic transport for each way to wait, and the basic ones are among the common ones', () => {
    const basic = TRANSPORTS.filter((name) => TRANSPORT_TRAITS[name].isBasic)
    expect(new Set(basic.map((name) => TRANSPORT_TRAITS[name].mode))).toEqual(
      new Set(['interval', 'held', 'streaming']),
    )
    for (const name of basic) expect(TRANSPORT_TRAITS[name].isCommon).toBe(true)
  })

  it('refuses to say how a subject that is no transport is late', () => {
    expect(kindOf('websocket-again')).toBe('streaming')
    expect(() => kindOf('carrier-pigeon')).toThrow(RangeError)
  })
})
