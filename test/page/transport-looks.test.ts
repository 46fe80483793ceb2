import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { TRANSPORTS } from '../../src/transports.ts'
import { Visitor } from '../support/browser.ts'
import { LONG } from '../support/long.ts'
import { startPlayground } from '../support/playground.ts'
import { sharedBrowser } from '../support/shared-browser.ts'

const browser = await sharedBrowser()

/** For each transport of the switch: its words, its diagram and its hue as the browser resolves it. */
const options = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('.switch .transport-option')].map((option) => {
      const glyph = option.querySelector('.glyph')
      return {
        name: option.dataset['transport'],
        label: option.querySelector('b')?.textContent,
        how: option.querySelector('.how')?.textContent,
        diagram: glyph?.querySelectorAll('path')[1]?.getAttribute('d'),
        hue: glyph && getComputedStyle(glyph).color,
      }
    }),
  )

describe.each(['light', 'dark'] as const)('the page in the %s theme', (colorScheme) => {
  it('shows every transport with a label, words, a diagram and a hue that no other transport has', async () => {
    const playground = await startPlayground({ jsonp: true })
    const ada = await Visitor.enter(browser, playground.base, { colorScheme })
    for (const language of ['EN', '中文'] as const) {
      await ada.setLanguage(language)
      const shown = await options(ada.page)
      expect(shown.map(({ name }) => name)).toEqual([...TRANSPORTS])
      for (const one of shown) {
        for (const part of [one.label, one.how, one.diagram]) expect(part, JSON.stringify(one)).toMatch(/./)
      }
      expect(new Set(shown.map(({ hue }) => hue)).size).toBe(TRANSPORTS.length)
    }
    expect(ada.browserErrors).toEqual([])
  })

  it('compares every transport with a mark that no other transport has', LONG, async () => {
    const playground = await startPlayground({ jsonp: true })
    const ada = await Visitor.enter(browser, `${playground.base}/#/compare`, { colorScheme })
    await ada.page.locator('.column').first().waitFor()
    for (const box of await ada.page.locator('.chip input').all()) await box.check({ force: true })
    for (const name of TRANSPORTS) {
      await ada.page.locator(`.column[data-transport="${name}"] .state[data-state="open"]`).waitFor()
    }
    const marks = () =>
      ada.page.evaluate(() =>
        [...(document.querySelector('.race svg')?.querySelectorAll('.mark') ?? [])].map(
          (mark) => `${mark.getAttribute('class')} ${mark.getAttribute('d')}`,
        ),
      )
    // A message is timed only when the clocks have been compared, which a second message shows.
    for (const text of ['first', 'second']) {
      await ada.say(text)
      for (const name of TRANSPORTS) {
        const said = ada.page.locator(`.column[data-transport="${name}"] .msg p span`)
        await expect.poll(async () => (await said.allTextContents()).at(-1)).toBe(text)
      }
    }
    await expect.poll(async () => new Set(await marks()).size).toBe(TRANSPORTS.length)
  })
})
