import type { Page } from 'playwright-core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { post } from '../../src/client/transports/http.ts'
import { INSPECTED, Visitor } from '../support/browser.ts'
import { newProfile } from '../support/browser-profile.ts'
import { LONG } from '../support/long.ts'
import { draft, person, startPlayground } from '../support/playground.ts'
import { sharedBrowser } from '../support/shared-browser.ts'

const browser = await sharedBrowser()

const never = new AbortController().signal

describe('the first look at the page', () => {
  it('is at a link with a visible delay, where the server has links', async () => {
    const { base } = await startPlayground()
    const page = await (await newProfile(browser)).newPage()
    await page.goto(base)
    await expect.poll(() => page.getByRole('combobox', { name: 'Link' }).inputValue()).toBe('3g')
    // The link is known after the room: this is no change of the link.
    await page.getByText('Connected over').waitFor()
    expect(await page.getByRole('img', { name: '→' }).count()).toBe(0)
  })

  it('offers examples in an empty room, and each sets transport, link, bot and text size', LONG, async () => {
    const { base } = await startPlayground()
    const ada = await Visitor.enter(browser, base, INSPECTED)
    const examples = ada.page.getByRole('region', { name: 'Watch an example:' })
    await examples.waitFor()
    await expect.poll(() => examples.getByRole('link').count()).toBe(5)
    expect(await ada.violations()).toEqual([])
    await examples.getByRole('link', { name: 'A stream of tokens' }).click()
    await expect.poll(() => ada.texts()).not.toEqual([])
    expect(await ada.page.evaluate(() => location.hash)).toMatch(/\?t=sse&link=4g&interval=200&bot=30&size=4$/)
    expect(await examples.count()).toBe(0)
    await ada.page.getByRole('button', { name: 'Examples' }).click()
    await examples.waitFor()
    // With the bot in the list of members, and without it.
    await expect.poll(() => ada.members.count()).toBe(2)
    expect(await ada.violations()).toEqual([])
    await ada.page.getByRole('combobox', { name: 'Bot' }).selectOption('0')
    await expect.poll(() => ada.members.count()).toBe(1)
    expect(await ada.violations()).toEqual([])
    expect(ada.browserErrors).toEqual([])
  })

  it('offers only examples without a link where the server has none', async () => {
    const { base } = await startPlayground({ links: 'off' })
    const { page } = await Visitor.enter(browser, base)
    await expect.poll(() => page.getByRole('region', { name: 'Watch an example:' }).getByRole('link').count()).toBe(3)
  })
})

describe('a name that is not allowed', () => {
  it('of a room is refused with a name that is allowed', async () => {
    const { base } = await startPlayground()
    const ada = await Visitor.enter(browser, base)
    await ada.page.locator('button.room-name').click()
    await ada.page.getByRole('textbox', { name: 'Room' }).fill('my café')
    await ada.page.keyboard.press('Enter')
    await expect.poll(() => ada.page.getByRole('alert').textContent()).toContain('You can write my-cafe.')
  })

  it('since it could look like another name is refused for this reason', async () => {
    const { base } = await startPlayground()
    const ada = await Visitor.enter(browser, base)
    await ada.ownName.click()
    // The first letter is Cyrillic.
    await ada.page.getByRole('textbox', { name: 'Your new name' }).fill('\u0430da')
    await ada.page.keyboard.press('Enter')
    await expect.poll(() => ada.page.getByRole('alert').textContent()).toContain('letters of one script')
  })
})

describe('a name with a space', () => {
  it('is refused with a name that is allowed', async () => {
    const { base } = await startPlayground()
    const ada = await Visitor.enter(browser, base)
    await ada.ownName.click()
    await ada.page.getByRole('textbox', { name: 'Your new name' }).fill('Ada Lovelace')
    await ada.page.keyboard.press('Enter')
    await expect.poll(() => ada.page.getByRole('alert').textContent()).toContain('You can write Ada-Lovelace.')
    expect(ada.browserErrors).toEqual([])
  })
})

describe('the readout of the wire', () => {
  it('changes at most once a second by itself, and stands still while the mouse is at an arrow', LONG, async () => {
    const playground = await startPlayground()
    const ada = await Visitor.enter(browser, playground.base, { reducedMotion: 'no-preference' })
    const { page } = ada
    await ada.use('websocket')
    const ben = await person(playground)
    const stop = new AbortController()
    onTestFinished(() => stop.abort())
    const talking = (async () => {
      while (!stop.signal.aborted) {
        await post(ben.context, draft('hello'), never)
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    })()
    await expect.poll(() => page.getByRole('group', { name: 'Details and reason' }).textContent()).toMatch(/#\d+ shown/)
    const changesMs = await page.evaluate(
      () =>
        new Promise<number[]>((resolve) => {
          const readout = document.querySelector('.readout')
          const at: number[] = []
          let before = readout?.textContent
          const observer = new MutationObserver(() => {
            if (readout?.textContent === before) return
            before = readout?.textContent
            at.push(performance.now())
          })
          if (readout) observer.observe(readout, { subtree: true, childList: true, characterData: true })
          setTimeout(() => {
            observer.disconnect()
            resolve(at)
          }, 4500)
        }),
    )
    const gapsMs = changesMs.slice(1).map((at, index) => at - (changesMs[index] ?? at))
    expect(gapsMs.length).toBeGreaterThan(0)
    expect(Math.min(...gapsMs)).toBeGreaterThan(900)

    const canvas = page.getByRole('img', { name: /^Sequence diagram/ })
    const box = await canvas.boundingBox()
    if (!box) throw new Error('the drawing is not visible')
    // Some place on the way to the newest arrows is at one of them.
    await expect
      .poll(async () => {
        await page.mouse.move(box.x + box.width / 2, box.y + 60 + Math.random() * (box.height - 80))
        return page.getByRole('button', { name: 'Live', exact: true }).count()
      })
      .toBe(1)
    const picture = () => canvas.evaluate((element) => (element as HTMLCanvasElement).toDataURL())
    // Records of what is in the picture may still come: then the pictures are the same, which a moving one never has.
    const stands = async () => {
      const before = await picture()
      await new Promise((resolve) => setTimeout(resolve, 300))
      return (await picture()) === before
    }
    await expect.poll(stands).toBe(true)
    await page.mouse.move(5, 5)
    await expect.poll(() => page.getByRole('button', { name: 'Pause', exact: true }).count()).toBe(1)
    expect(await stands()).toBe(false)
    stop.abort()
    await talking
  })
})

describe('the messages', () => {
  it('end at the newest message after the window has become smaller', async () => {
    const playground = await startPlayground()
    const ada = await Visitor.enter(browser, playground.base, { viewport: { width: 1440, height: 900 } })
    const ben = await person(playground)
    for (let count = 1; count <= 25; count++)
      await post(ben.context, draft(`message ${count}, long enough for a second line in a narrow window`), never)
    await expect.poll(() => ada.texts()).toHaveLength(25)
    for (const [width, height] of [
      [1280, 600],
      [1440, 700],
      [390, 664],
      [1366, 650],
    ] as const) {
      await ada.page.setViewportSize({ width, height })
      const missingPx = () =>
        ada.log.evaluate(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight)
      await expect.poll(missingPx, { message: `${width}×${height}` }).toBeLessThan(2)
      // It stays there: no late layout moves it.
      await ada.page.evaluate(
        () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
      )
      expect(await missingPx()).toBeLessThan(2)
    }
  })
})

describe('seven tabs of one browser', () => {
  it(
    'say that six requests are held and that the seventh waits in the browser',
    { ...LONG, timeout: 120_000 },
    async () => {
      const { base } = await startPlayground({ links: 'off' })
      const context = await newProfile(browser)
      const pages: Page[] = []
      for (let count = 1; count <= 7; count++) {
        const page = await context.newPage()
        // All come first: the seventh document would wait for a connection too.
        await page.goto(`${base}/#/room/tabs`)
        await page.locator('.own').waitFor({ state: 'attached' })
        pages.push(page)
      }
      for (const page of pages) await page.getByRole('radio', { name: /long-poll/ }).check({ force: true })
      const waiting = () =>
        Promise.all(pages.map((page) => page.getByText('waits in the browser for a free connection').count()))
      await expect.poll(async () => (await waiting()).some((count) => count > 0)).toBe(true)
      const [first] = pages
      if (!first) throw new Error('no page')
      await expect.poll(() => first.locator('.slots').getAttribute('data-full')).toBe('true')
      await expect.poll(() => first.locator('.slots [data-on="false"]').count()).toBe(0)
    },
  )
})
