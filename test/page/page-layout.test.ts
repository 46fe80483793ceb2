// @module-tag long
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { post } from '../../src/client/transports/http.ts'
import { Visitor } from '../support/browser.ts'
import { pageModes, type PageMode } from '../support/page-modes.ts'
import { draft, person, startPlayground } from '../support/playground.ts'
import { sharedBrowser } from '../support/shared-browser.ts'

const browser = await sharedBrowser()

const DESKTOPS = [
  { width: 1366, height: 650 },
  { width: 1280, height: 600 },
  { width: 1440, height: 900 },
  { width: 1920, height: 950 },
]
const SIZES = [
  ...DESKTOPS,
  { width: 1024, height: 768 },
  { width: 768, height: 1024 },
  { width: 600, height: 900 },
  { width: 390, height: 664 },
  { width: 320, height: 640 },
]
const sizesIn = (language: PageMode['language'], colorScheme: PageMode['colorScheme']) =>
  pageModes(SIZES).flatMap((mode) => (mode.language === language && mode.colorScheme === colorScheme ? mode.size : []))

/** The faults of the layout, each as a sentence; a comparison may be higher than the window. Runs in the page. */
function layoutFaults(): string[] {
  const faults: string[] = []
  const visible = (selector: string) =>
    [...document.querySelectorAll<HTMLElement>(selector)].filter((element) => element.getClientRects().length > 0)
  const isForScreenReaders = (element: Element) =>
    element.closest('.sr') !== null || getComputedStyle(element).clipPath !== 'none'
  const nameOf = (element: Element) => {
    return `${element.localName}.${[...element.classList].join('.')} “${element.textContent.slice(0, 24)}”`
  }
  /** Parts that stand beside or below each other. */
  const BLOCKS = [
    ['header.top', '.controls', '.workspace', '.page-footer'],
    ['.switch', '.settings-row'],
    ['.chat', '.panel-tabs', '.wire', '.side-panels', '.latency-panel'],
    ['.wire > .head', '.tools', '.picture', '.readout', '.totals'],
    ['.chat > .head', '.chat > .problem', '.chat-body', '.chat .composer'],
    ['.chat > .head > *'],
    ['.tuning .row > *', '.status-lights'],
    ['.meters-panel', '.socket'],
    ['.meters-panel > *'],
    ['.send-once', '.toolbar', '.side-by-side', '.runs', '.race'],
    ['.send-once > *'],
    ['.toolbar .chip', '.toolbar > .field', '.toolbar > .setting', '.toolbar .bot > *'],
    ['.column'],
    ['.run-result > :not(.sr)'],
    ['.tracks > figure'],
  ]
  const isScrolled = document.querySelector('.compare') !== null
  for (const group of BLOCKS) {
    const boxes = group.flatMap(visible).map((element) => ({ element, box: element.getBoundingClientRect() }))
    boxes.forEach(({ element, box }, index) => {
      if ((!isScrolled && box.bottom > innerHeight + 0.5) || box.right > innerWidth + 0.5 || box.left < -0.5)
        faults.push(
          `${nameOf(element)} leaves the window by ${Math.max(isScrolled ? 0 : box.bottom - innerHeight, box.right - innerWidth, -box.left)} px`,
        )
      for (const other of boxes.slice(index + 1)) {
        const across = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left)
        const down = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top)
        if (across > 0.5 && down > 0.5)
          faults.push(`${nameOf(element)} overlaps ${nameOf(other.element)} by ${down} px`)
      }
    })
  }
  /** Texts that are not written by members: none is wider than its place. */
  const WORDS =
    '.transport-option b, .transport-option .last-cost, .meters h3, .meters .reading, .meters .sub, .meters .legend, ' +
    '.latency h3, .light, .tools button, .key li, .head h2, .panel-tabs button, .views a, .send, .examples b, .examples small, ' +
    '.chat .state span, .head button, .problem p, .problem button, .setting > span, .setting select, .members h3, .members small, ' +
    '.column h2, .tags span, .route .state span, .cost-table th, .cost-table td, .field > span, .field select, .field input, .chip span, ' +
    '.run span, .progress, .conditions, .run-result figcaption, .run-result button, .page-footer'
  // Text for screen readers only has no place.
  for (const element of visible(WORDS).filter((word) => !isForScreenReaders(word))) {
    if (element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).display !== 'inline')
      faults.push(`${nameOf(element)} is ${element.scrollWidth - element.clientWidth} px wider than its place`)
    // The options of a select are not shown in its place.
    if (element.textContent === '' || element.localName === 'select' || element.querySelector('.sr')) continue
    const range = document.createRange()
    range.selectNodeContents(element)
    const text = range.getBoundingClientRect()
    const panel = element
      .closest('.transport-option, article, .run-result, .panel, .switch, header')
      ?.getBoundingClientRect()
    if (panel && (text.right > panel.right + 0.5 || text.left < panel.left - 0.5))
      faults.push(
        `${nameOf(element)} leaves its panel by ${Math.max(text.right - panel.right, panel.left - text.left)} px`,
      )
  }
  const svgTexts = [...document.querySelectorAll<SVGTextElement>('.run-result svg text, .tracks svg text')]
  for (const text of svgTexts) {
    const [box, frame] = [text, text.ownerSVGElement ?? text].map((element) => element.getBoundingClientRect())
    if (
      box &&
      frame &&
      (box.left < frame.left - 0.5 || box.right > frame.right + 0.5 || box.bottom > frame.bottom + 0.5)
    )
      faults.push(
        `“${text.textContent}” leaves its drawing by ${Math.max(frame.left - box.left, box.right - frame.right)} px`,
      )
  }
  for (const element of visible('.readout'))
    if (element.scrollHeight > element.clientHeight) faults.push(`${nameOf(element)} is cut off`)
  return faults
}

const heightOf = (page: Page, selector: string) =>
  page.locator(selector).evaluate((element) => element.getBoundingClientRect().height)

/** Sizes that a ResizeObserver sets are in force then. */
const nextFrame = (page: Page) =>
  page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))

/** Tests run in Node's types, and esbuild names the functions in a function. */
const faultsOf = (page: Page) =>
  page.evaluate<string[]>(`(() => { const __name = (value) => value; return (${layoutFaults.toString()})() })()`)

describe('the layout of the page', () => {
  it(
    'has no overlap and no cut-off text in any size, language and theme, and shows latency on a desktop without scrolling',
    { timeout: 120_000 },
    async () => {
      const playground = await startPlayground()
      const ada = await Visitor.enter(browser, playground.base)
      const { page } = ada
      const ben = await person(playground)
      // The longest sentence of the readout: a held request that the own message ended.
      await ada.use('long-poll')
      await ada.say('from me')
      await post(ben.context, draft('from ben'), new AbortController().signal)
      await expect.poll(() => ada.texts()).toHaveLength(2)
      const faults: string[] = []
      const look = async (mode: string) => {
        await nextFrame(page)
        faults.push(...(await faultsOf(page)).map((fault) => `${mode}: ${fault}`))
      }
      for (const language of ['EN', '中文'] as const) {
        await ada.setLanguage(language)
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme })
          // All panels are shown here, with the composer.
          await page.setViewportSize({ width: 1366, height: 650 })
          await ada.use(colorScheme === 'light' ? 'long-poll' : 'websocket')
          await ada.say(`in ${language}, ${colorScheme}`)
          await expect.poll(async () => (await ada.texts()).at(-1)).toBe(`in ${language}, ${colorScheme}`)
          for (const size of sizesIn(language, colorScheme)) {
            const mode = `${size.width}×${size.height} ${language} ${colorScheme}`
            await page.setViewportSize(size)
            const tabs = page.locator('.panel-tabs button')
            await expect.poll(() => tabs.count()).toBe(size.width >= 1280 ? 0 : size.width > 700 ? 3 : 4)
            const names = await tabs.allTextContents()
            for (const name of names.length > 0 ? names : ['all']) {
              if (names.length > 0) await tabs.filter({ hasText: name }).click()
              await look(`${mode} ${name}`)
              if ((await page.locator('.wire').count()) === 0) continue
              const share = (await heightOf(page, '.picture')) / (await heightOf(page, '.wire'))
              if (share < 0.4) faults.push(`${mode}: the picture has ${Math.round(100 * share)} % of the wire panel`)
            }
            if (!DESKTOPS.includes(size)) continue
            const isInSight = await page.locator('.latency').evaluate((element) => {
              const [own, panel] = [element, element.closest('.meters') ?? element].map((box) =>
                box.getBoundingClientRect(),
              )
              return (
                own !== undefined && panel !== undefined && own.top >= panel.top && own.bottom <= panel.bottom + 0.5
              )
            })
            if (!isInSight) faults.push(`${mode}: delivery latency is not in sight`)
          }
        }
      }
      expect(faults).toEqual([])
      expect(ada.browserErrors).toEqual([])
    },
  )

  it(
    'has no overlap and no cut-off text while the connection is lost, in any size, language and theme',
    { timeout: 120_000 },
    async () => {
      const playground = await startPlayground()
      const ada = await Visitor.enter(browser, playground.base)
      const { page } = ada
      await ada.use('long-poll')
      await ada.say('before')
      await expect.poll(() => ada.texts()).toEqual(['before'])
      // The words of both languages come from the server.
      await ada.setLanguage('中文')
      await ada.setLanguage('EN')
      await playground.close()
      await page.getByRole('button', { name: 'Try now' }).waitFor()
      const faults: string[] = []
      for (const language of ['EN', '中文'] as const) {
        await ada.setLanguage(language)
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme })
          for (const size of sizesIn(language, colorScheme)) {
            await page.setViewportSize(size)
            const tabs = page.locator('.panel-tabs button')
            await expect.poll(() => tabs.count()).toBe(size.width >= 1280 ? 0 : size.width > 700 ? 3 : 4)
            const names = await tabs.allTextContents()
            for (const name of names.length > 0 ? names : ['all']) {
              if (names.length > 0) await tabs.filter({ hasText: name }).click()
              await nextFrame(page)
              const mode = `${size.width}×${size.height} ${language} ${colorScheme} ${name}`
              faults.push(...(await faultsOf(page)).map((fault) => `${mode}: ${fault}`))
            }
          }
        }
      }
      expect(faults).toEqual([])
    },
  )

  it(
    'has no overlap and no cut-off text in a comparison with a result, in any size, language and theme',
    { timeout: 120_000 },
    async () => {
      const { base } = await startPlayground()
      const ada = await Visitor.enter(browser, `${base}/#/room/lobby/compare?rate=20&link=wifi&size=200&padding=1000`)
      const { page } = ada
      await page.locator('.side-by-side .state[data-state="open"]').nth(4).waitFor()
      await page.getByRole('button', { name: /^Run / }).click()
      await expect.poll(() => page.locator('.run-result').count(), { timeout: 50_000 }).toBe(1)
      const faults: string[] = []
      for (const language of ['EN', '中文'] as const) {
        await ada.setLanguage(language)
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme })
          for (const size of sizesIn(language, colorScheme)) {
            await page.setViewportSize(size)
            await nextFrame(page)
            const mode = `${size.width}×${size.height} ${language} ${colorScheme}`
            faults.push(...(await faultsOf(page)).map((fault) => `${mode}: ${fault}`))
          }
        }
      }
      expect(faults).toEqual([])
      expect(ada.browserErrors).toEqual([])
    },
  )

  it('keeps every meter in its place when the transport is changed', async () => {
    const { base } = await startPlayground()
    const ada = await Visitor.enter(browser, base, { viewport: { width: 1366, height: 650 } })
    const places = () =>
      ada.page
        .locator('.meters article')
        .evaluateAll((articles) => articles.map((article) => article.getBoundingClientRect().y))
    await expect.poll(() => ada.page.locator('.slots').count()).toBe(1)
    const before = await places()
    expect(before).toHaveLength(6)
    for (const transport of ['websocket', 'long-poll', 'short-poll']) {
      await ada.use(transport)
      await ada.say(`by ${transport}`)
      await expect.poll(async () => (await ada.texts()).at(-1)).toBe(`by ${transport}`)
      expect(await places()).toEqual(before)
    }
  })
})
