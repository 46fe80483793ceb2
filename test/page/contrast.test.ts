import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { post } from '../../src/client/transports/http.ts'
import { TRANSPORTS } from '../../src/protocol.ts'
import { Visitor } from '../support/browser.ts'
import { LONG } from '../support/long.ts'
import { draft, person, startPlayground } from '../support/playground.ts'
import { sharedBrowser } from '../support/shared-browser.ts'

const browser = await sharedBrowser()

const never = new AbortController().signal

interface Measured {
  /** Each text with less contrast to what is behind it than WCAG 2.2 asks for, as a sentence. */
  faults: string[]
  /** How many texts were measured. */
  texts: number
}

/** Runs in the page. Formulas: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function measureTexts(): Measured {
  type Colour = readonly [number, number, number, number]
  const context = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', {
    willReadFrequently: true,
  })
  const known = new Map<string, Colour>()
  /** Any colour of CSS, as red, green and blue of sRGB in 0–255 and opacity in 0–1. */
  const colourOf = (css: string): Colour => {
    let colour = known.get(css)
    if (colour) return colour
    if (!context) throw new Error('no canvas')
    context.clearRect(0, 0, 1, 1)
    context.fillStyle = css
    context.fillRect(0, 0, 1, 1)
    const [red = 0, green = 0, blue = 0, alpha = 0] = context.getImageData(0, 0, 1, 1).data
    known.set(css, (colour = [red, green, blue, alpha / 255]))
    return colour
  }
  const over = ([r, g, b, a]: Colour, [r2, g2, b2]: Colour): Colour => [
    r * a + r2 * (1 - a),
    g * a + g2 * (1 - a),
    b * a + b2 * (1 - a),
    1,
  ]
  const luminance = ([r, g, b]: Colour): number => {
    const [red = 0, green = 0, blue = 0] = [r, g, b].map((value) =>
      value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const ratioOf = (a: Colour, b: Colour): number => {
    const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y)
    return (high + 0.05) / (low + 0.05)
  }
  /** The topmost shape of a drawing under a point, over what is behind the drawing. */
  const shapesBehind = (text: SVGTextElement, behind: Colour): Colour => {
    const svg = text.ownerSVGElement
    const box = text.getBBox()
    const matrix = text.getCTM()
    if (!svg || !matrix) return behind
    const shapes = [...svg.querySelectorAll<SVGGeometryElement>('path, rect')].filter(
      (shape) => (shape.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0,
    )
    return shapes.reduce((below, shape) => {
      const { fill, opacity, fillOpacity } = getComputedStyle(shape)
      const own = shape.getCTM()
      if (fill === 'none' || !own) return below
      const point = new DOMPoint(box.x + box.width / 2, box.y + box.height / 2)
        .matrixTransform(matrix)
        .matrixTransform(own.inverse())
      if (!shape.isPointInFill(point)) return below
      const [r, g, b, a] = colourOf(fill)
      return over([r, g, b, a * Number(opacity) * Number(fillOpacity)], below)
    }, behind)
  }
  const measured: Measured = { faults: [], texts: 0 }
  const measure = (element: Element, text: string, pseudo: string | null = null) => {
    const own = getComputedStyle(element, pseudo)
    const isDrawn = element instanceof SVGTextContentElement
    const chain: Element[] = []
    for (let at: Element | null = element; at; at = at.parentElement) chain.unshift(at)
    /** Text and background as they are seen, from the outermost element to the text. */
    const seen = (index: number, behind: Colour): { ink: Colour; ground: Colour } => {
      const at = chain[index]
      if (!at) {
        const label = element.closest('text')
        const ground = label instanceof SVGTextElement ? shapesBehind(label, behind) : behind
        return { ink: over(colourOf(isDrawn ? own.fill : own.color), ground), ground }
      }
      const { backgroundColor, opacity } = getComputedStyle(at)
      const inside = seen(index + 1, over(colourOf(backgroundColor), behind))
      const fade = ([r, g, b]: Colour) => over([r, g, b, Number(opacity)], behind)
      return Number(opacity) === 1 ? inside : { ink: fade(inside.ink), ground: fade(inside.ground) }
    }
    const { ink, ground } = seen(0, colourOf('Canvas'))
    const px = Number.parseFloat(own.fontSize)
    const isLarge = px >= 24 || (px >= 18.66 && Number(own.fontWeight) >= 700)
    const ratio = ratioOf(ink, ground)
    measured.texts += 1
    if (ratio < (isLarge ? 3 : 4.5))
      measured.faults.push(
        `“${text.trim().slice(0, 30)}” in ${element.closest('[class]')?.getAttribute('class') ?? element.localName}: ${ratio.toFixed(2)}`,
      )
  }
  const isShown = (element: Element) => {
    const box = element.getBoundingClientRect()
    return (
      element.checkVisibility({ visibilityProperty: true }) &&
      box.width > 1 &&
      box.height > 1 &&
      element.closest('.sr, option, script, style, title, :disabled, [data-off="true"]') === null &&
      // A control's label is inactive with it, and the list behind the drawing is for the keyboard.
      element.closest('label:has(:disabled), [data-shows="diagram"] .wire-list') === null &&
      getComputedStyle(element).clipPath === 'none'
    )
  }
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement
    if (element && node.textContent?.trim() && isShown(element)) measure(element, node.textContent)
  }
  for (const field of document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('input, textarea')) {
    if (!isShown(field) || ['radio', 'checkbox', 'range'].includes(field.type)) continue
    if (field.value) measure(field, field.value)
    else if (field.placeholder) measure(field, field.placeholder, '::placeholder')
  }
  return measured
}

/** Tests run in Node's types, and esbuild names the functions in a function. */
const measureIn = (page: Page) =>
  page.evaluate<Measured>(`(() => { const __name = (value) => value; return (${measureTexts.toString()})() })()`)

const nextFrame = (page: Page) =>
  page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))

/** The faults of the page in both themes. */
async function faultsIn(page: Page, state: string): Promise<string[]> {
  const faults: string[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await nextFrame(page)
    const measured = await measureIn(page)
    expect(measured.texts, state).toBeGreaterThan(20)
    faults.push(...measured.faults.map((fault) => `${colorScheme}, ${state}: ${fault}`))
  }
  return faults
}

/** The drawing of the wire as an SVG on a page, in the theme in force. */
async function openDrawing({ page }: Visitor): Promise<Page> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export as SVG' }).click(),
  ])
  const drawing = await page.context().newPage()
  await drawing.setContent(await readFile(await download.path(), 'utf8'))
  return drawing
}

const numbersIn = (rgb: string): number[] => (rgb.match(/[\d.]+/g) ?? []).map(Number).slice(0, 3)

const rgbOf = async (page: Page, selector: string, property: 'backgroundColor'): Promise<number[]> =>
  numbersIn(await page.locator(selector).evaluate((element, name) => getComputedStyle(element)[name], property))

/** The colours of a canvas, without the edges of its shapes. */
const opaqueColoursOf = (page: Page, selector: string): Promise<number[][]> =>
  page.locator(selector).evaluate((canvas) => {
    if (!(canvas instanceof HTMLCanvasElement)) return []
    const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? []
    const colours = new Set<string>()
    for (let at = 0; at < pixels.length; at += 4)
      if (pixels[at + 3] === 255) colours.add([pixels[at], pixels[at + 1], pixels[at + 2]].join())
    return [...colours].map((colour) => colour.split(',').map(Number))
  })

const luminanceOf = (rgb: readonly number[]): number => {
  const [red = 0, green = 0, blue = 0] = rgb.map((value) =>
    value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
  )
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
const ratioOf = (a: readonly number[], b: readonly number[]): number => {
  const [low = 0, high = 0] = [luminanceOf(a), luminanceOf(b)].sort((x, y) => x - y)
  return (high + 0.05) / (low + 0.05)
}

describe('every text has a contrast of 4.5 to what is behind it, in both themes', () => {
  it(
    'in the chat, the switch, the wire and the meters, with each transport chosen',
    { ...LONG, timeout: 120_000 },
    async () => {
      const playground = await startPlayground()
      const ada = await Visitor.enter(browser, playground.base, { viewport: { width: 1440, height: 1000 } })
      const ben = await person(playground, 'ben')
      const own = await ada.name()
      const id = playground.rooms.get('lobby').roster.find(({ name }) => name === own)?.id
      const faults = await faultsIn(ada.page, 'an empty room')
      for (const transport of TRANSPORTS) {
        await ada.use(transport)
        await ada.say(`by ${transport}`)
        await expect.poll(async () => (await ada.texts()).at(-1)).toBe(`by ${transport}`)
        await post(ben.context, draft('for you only', id), never)
        faults.push(...(await faultsIn(ada.page, transport)))
      }
      await ada.messages.filter({ hasText: 'by sse' }).click()
      await ada.composer.fill('@unknown hello')
      await ada.composer.press('Enter')
      faults.push(...(await faultsIn(ada.page, 'a followed message and a complaint')))
      await ada.page.getByRole('button', { name: 'Table' }).click()
      await ada.page.getByRole('listbox').getByRole('option').last().click()
      faults.push(...(await faultsIn(ada.page, 'the table of the wire')))
      await ada.page.getByRole('combobox', { name: 'Link' }).selectOption('3g')
      await ada.page.locator('.last-cost[data-over="true"]').first().waitFor()
      faults.push(...(await faultsIn(ada.page, 'figures of another link')))
      expect([...new Set(faults)]).toEqual([])
    },
  )

  it('in lecture mode, and while the connection is lost', { ...LONG, timeout: 120_000 }, async () => {
    const playground = await startPlayground()
    const ada = await Visitor.enter(browser, playground.base, { viewport: { width: 1440, height: 900 } })
    await ada.use('snapshot-poll')
    await ada.say('hello')
    await expect.poll(() => ada.texts()).toEqual(['hello'])
    const lecture = ada.page.getByRole('button', { name: 'Lecture mode' })
    await lecture.click()
    const faults = await faultsIn(ada.page, 'lecture mode')
    await lecture.click()
    await playground.close()
    await ada.page.getByRole('button', { name: 'Try now' }).waitFor()
    await ada.say('unsent')
    await ada.log.getByText('unsent').waitFor()
    await ada.page.getByText('Meter connection lost').waitFor()
    faults.push(...(await faultsIn(ada.page, 'a lost connection')))
    expect([...new Set(faults)]).toEqual([])
  })

  it('in a comparison, also in the drawings of the race and of a result', { ...LONG, timeout: 120_000 }, async () => {
    const { base } = await startPlayground()
    const ada = await Visitor.enter(browser, `${base}/#/room/lobby/compare?rate=10&link=wifi`)
    const { page } = ada
    await page.getByRole('checkbox', { name: 'snapshot-poll' }).check({ force: true })
    await page.locator('.column .state[data-state="open"]').nth(5).waitFor()
    const faults = await faultsIn(page, 'before a run')
    await page.getByRole('button', { name: /^Run / }).click()
    await page.locator('.race .ms').nth(5).waitFor()
    faults.push(...(await faultsIn(page, 'during a run')))
    await page.locator('.run-result svg text').first().waitFor({ timeout: 50_000 })
    faults.push(...(await faultsIn(page, 'after a run')))
    expect([...new Set(faults)]).toEqual([])
  })

  it('in the drawing of the wire', { ...LONG, timeout: 120_000 }, async () => {
    const { base } = await startPlayground()
    const ada = await Visitor.enter(browser, base)
    const faults: string[] = []
    for (const colorScheme of ['light', 'dark'] as const) {
      await ada.page.emulateMedia({ colorScheme })
      for (const transport of ['long-poll', 'short-poll', 'snapshot-poll'] as const) {
        await ada.use(transport)
        await ada.say(`by ${transport}`)
        await expect.poll(async () => (await ada.texts()).at(-1)).toBe(`by ${transport}`)
        const drawing = await openDrawing(ada)
        const measured = await measureIn(drawing)
        expect(measured.texts).toBeGreaterThan(8)
        faults.push(...measured.faults.map((fault) => `${colorScheme}, ${transport}: ${fault}`))
        await drawing.close()
      }
    }
    expect([...new Set(faults)]).toEqual([])
  })
})

describe.each(['light', 'dark'] as const)('the lines and dots of each transport in the %s theme', (colorScheme) => {
  it(
    'have a contrast of 3 to the panel, in the plot of the latency and in the wire',
    { ...LONG, timeout: 120_000 },
    async () => {
      const { base } = await startPlayground()
      const ada = await Visitor.enter(browser, base, { colorScheme })
      const { page } = ada
      const timed = async () => {
        await ada.say('is it timed?')
        return ada.log.locator('data').count()
      }
      await expect.poll(timed, { interval: 500 }).toBeGreaterThan(0)
      for (const transport of TRANSPORTS) {
        await ada.use(transport)
        await ada.say(`by ${transport}`)
        await expect.poll(async () => (await ada.texts()).at(-1)).toBe(`by ${transport}`)
      }
      const panel = await rgbOf(page, '.meters-panel', 'backgroundColor')
      const opacity = await page.locator('.dot-plot').evaluate((element) => Number(getComputedStyle(element).opacity))
      const dots = () => opaqueColoursOf(page, '.dot-plot canvas')
      await expect.poll(async () => (await dots()).length).toBeGreaterThanOrEqual(TRANSPORTS.length)
      for (const dot of await dots()) {
        const seen = dot.map((value, index) => value * opacity + (panel[index] ?? 0) * (1 - opacity))
        expect(ratioOf(seen, panel), `a dot of ${dot.join()}`).toBeGreaterThanOrEqual(3)
      }

      const drawing = await openDrawing(ada)
      const lines = await drawing
        .locator('path[stroke-width="1.5"][fill="none"]')
        .evaluateAll((paths) => paths.map((path) => getComputedStyle(path).stroke))
      // The lifelines, and the arrows of the transports that are in the picture.
      expect(new Set(lines).size).toBeGreaterThan(2)
      for (const line of lines) expect(ratioOf(numbersIn(line), panel), `a line of ${line}`).toBeGreaterThanOrEqual(3)
    },
  )
})
