import type { Locator, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { post } from '../../src/client/transports/http.ts'
import { Visitor } from '../support/browser.ts'
import { LONG } from '../support/long.ts'
import { draft, person, startPlayground, type Person } from '../support/playground.ts'
import { sharedBrowser } from '../support/shared-browser.ts'

const browser = await sharedBrowser()

const never = new AbortController().signal

async function sayMany(who: Person, count: number): Promise<void> {
  for (let i = 1; i <= count; i++) await post(who.context, draft(`message ${i}`), never)
}

/** The middle of the element, in the window. */
async function middleOf(element: Locator): Promise<{ x: number; y: number }> {
  const box = await element.boundingBox()
  if (!box) throw new Error('the element is not in the window')
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
}

/** The mouse button goes down on the element, and up at the same place after `meanwhile`. */
async function press(page: Page, element: Locator, meanwhile: () => Promise<void>): Promise<void> {
  const { x, y } = await middleOf(element)
  await page.mouse.move(x, y)
  await page.mouse.down()
  await meanwhile()
  await page.mouse.up()
}

/** As `press`, with a finger. */
async function touch(page: Page, element: Locator, meanwhile: () => Promise<void>): Promise<void> {
  const fingers = await page.context().newCDPSession(page)
  const point = await middleOf(element)
  await fingers.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [point] })
  await meanwhile()
  await fingers.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
}

describe('a press during which the page changes', () => {
  it.each([
    ['mouse', press],
    ['finger', touch],
  ] as const)('follows the message that was pressed with a %s, after newer messages have moved it', async (_, act) => {
    const playground = await startPlayground()
    const ben = await person(playground, 'ben')
    const ada = await Visitor.enter(browser, playground.base, { hasTouch: true })
    await sayMany(ben, 20)
    await expect.poll(() => ada.texts()).toHaveLength(20)
    const pressed = ada.messages.filter({ has: ada.page.getByText('message 18', { exact: true }) })
    const followed = () => ada.log.locator('[data-followed="true"] .text').allTextContents()
    await act(ada.page, pressed, async () => {
      await sayMany(ben, 5)
      await expect.poll(() => ada.texts()).toHaveLength(25)
    })
    await expect.poll(followed).toEqual(['message 18'])
    expect(ada.browserErrors).toEqual([])
  })

  it('chooses an example although the first message replaces the list of examples', LONG, async () => {
    const playground = await startPlayground()
    const ben = await person(playground, 'ben')
    const ada = await Visitor.enter(browser, playground.base)
    await ada.use('long-poll')
    const example = ada.page.getByRole('link', { name: /A stream of tokens/ })
    await press(ada.page, example, async () => {
      await sayMany(ben, 1)
      await expect.poll(() => example.count()).toBe(0)
    })
    await expect.poll(() => ada.page.getByRole('radio', { checked: true }).getAttribute('value')).toBe('sse')
  })

  it('opens the view although the end of an edit moves its link', LONG, async () => {
    const { base } = await startPlayground()
    const ada = await Visitor.enter(browser, base)
    await ada.page.locator('button.room-name').click()
    const field = ada.page.getByRole('textbox', { name: 'Room' })
    await field.waitFor()
    const link = ada.page.getByRole('link', { name: 'Side by side' })
    const before = await middleOf(link)
    await press(ada.page, link, async () => {
      await field.waitFor({ state: 'detached' })
      expect(Math.abs((await middleOf(link)).x - before.x)).toBeGreaterThan(60)
    })
    await ada.page.getByRole('region', { name: 'Arrival race' }).waitFor()
  })

  it('chooses the row of the wire that was pressed, after newer rows have moved it', LONG, async () => {
    const { base } = await startPlayground()
    const ada = await Visitor.enter(browser, base)
    await ada.use('short-poll')
    await ada.page.getByRole('button', { name: 'Table' }).click()
    const rows = ada.page.getByRole('listbox').getByRole('option')
    await expect.poll(() => rows.count()).toBeGreaterThan(30)
    const id = await rows.last().getAttribute('id')
    const row = ada.page.locator(`[id="${id}"]`)
    const { y } = await middleOf(row)
    await press(ada.page, row, () => expect.poll(async () => (await middleOf(row)).y).toBeLessThan(y - 40))
    await expect.poll(() => row.getAttribute('aria-selected')).toBe('true')
  })
})

describe('a press', () => {
  it('acts once', async () => {
    const { base } = await startPlayground()
    const ada = await Visitor.enter(browser, base)
    const table = ada.page.getByRole('button', { name: 'Table' })
    for (const isTable of ['true', 'false', 'true']) {
      await press(ada.page, table, async () => undefined)
      await expect.poll(() => table.getAttribute('aria-pressed')).toBe(isTable)
    }
  })

  it('does nothing when the pointer leaves the button before it goes up', async () => {
    const { base } = await startPlayground()
    const ada = await Visitor.enter(browser, base)
    const table = ada.page.getByRole('button', { name: 'Table' })
    const { x, y } = await middleOf(table)
    await press(ada.page, table, () => ada.page.mouse.move(x, y + 120))
    // A click of the page itself comes after what the press may have begun.
    await ada.page.getByRole('button', { name: '中文', exact: true }).click()
    await ada.page.locator('html[lang="zh-CN"]').waitFor({ state: 'attached' })
    expect(await ada.page.locator('.tools .first').getAttribute('aria-pressed')).toBe('false')
  })
})

describe('a press of an export button', () => {
  it('keeps the file until the browser has read it', async () => {
    const { base } = await startPlayground()
    const ada = await Visitor.enter(browser, base)
    // A browser gives no file, and no error, when it begins to read after the end of the URL.
    const revoked = await ada.page.evaluateHandle(() => {
      const urls: string[] = []
      URL.revokeObjectURL = (url) => void urls.push(url)
      return urls
    })
    for (const format of ['SVG', 'JSON']) {
      const [download] = await Promise.all([
        ada.page.waitForEvent('download'),
        ada.page.getByRole('button', { name: `Export as ${format}` }).click(),
      ])
      await download.path()
      expect(await revoked.jsonValue()).toEqual([])
    }
  })
})
