import type { Locator } from 'playwright-core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openLink } from '../../src/link/link.ts'
import { Visitor } from '../support/browser.ts'
import { LONG } from '../support/long.ts'
import { person, startPlayground, watch } from '../support/playground.ts'
import { sharedBrowser } from '../support/shared-browser.ts'

const browser = await sharedBrowser()

const HOUR_MS = 3_600_000

/** A key that an input method handles: in Safari after the composition has ended, elsewhere before. @returns false if the page took it */
const composingKey = (field: Locator, key: string, order: 'Safari' | 'others') =>
  field.evaluate(
    (element, { key, order }) => {
      const init = { key, bubbles: true, cancelable: true, isComposing: order === 'others' }
      const event = new KeyboardEvent('keydown', init)
      if (order === 'Safari') Object.defineProperty(event, 'keyCode', { value: 229 })
      return element.dispatchEvent(event)
    },
    { key, order },
  )

describe('the page', () => {
  it.each(['Safari', 'others'] as const)('leaves keys to an input method, in the order of %s', async (order) => {
    const { base } = await startPlayground()
    const ada = await Visitor.enter(browser, base)
    await ada.composer.fill('日本')
    expect(await composingKey(ada.composer, 'Enter', order)).toBe(true)
    await ada.say('日本語')
    await expect.poll(() => ada.texts()).toEqual(['日本語'])
    await ada.ownName.click()
    const field = ada.page.getByRole('textbox', { name: 'Your new name' })
    await field.fill('さくら')
    await composingKey(field, 'Escape', order)
    expect(await field.inputValue()).toBe('さくら')
    // A browser would submit the form.
    expect(await composingKey(field, 'Enter', order)).toBe(false)
    await field.press('Escape')
    expect(await field.count()).toBe(0)
  })

  it('sends a text privately and closes on request, with the characters of an input method', async () => {
    const playground = await startPlayground()
    const ada = await Visitor.enter(browser, playground.base)
    const [ben, eve] = [await person(playground, 'ben'), await person(playground, 'eve')]
    const [benSees, eveSees] = [watch(playground, ben, 'websocket'), watch(playground, eve, 'websocket')]
    await expect.poll(() => ada.members.count()).toBe(3)
    await ada.say('＠ｂｅｎ\u3000only you')
    await ada.say('for all')
    await expect.poll(benSees.texts).toEqual(['only you', 'for all'])
    await expect.poll(eveSees.texts).toEqual(['for all'])
    await ada.say('／close')
    await ada.page.getByRole('button', { name: 'Rejoin' }).waitFor()
    expect(eveSees.texts()).toEqual(['for all'])
  })

  it('changes the transport by a digit only while the switch has the focus', async () => {
    const { base } = await startPlayground()
    const ada = await Visitor.enter(browser, base)
    const chosen = () => ada.page.getByRole('radio', { checked: true }).getAttribute('value')
    const before = await chosen()
    for (const place of [ada.page.locator('body'), ada.log, ada.page.getByRole('banner').getByRole('link').first()])
      await place.press('3')
    expect(await chosen()).toBe(before)
    await ada.page.getByRole('radio', { checked: true }).press('3')
    await expect.poll(chosen).toBe('websocket')
    await ada.page.keyboard.press('4')
    await expect.poll(chosen).toBe('sse')
  })

  it('asks browsers not to translate it, since it changes its own text', async () => {
    const { base } = await startPlayground()
    const ada = await Visitor.enter(browser, base)
    expect(await ada.page.locator('html').getAttribute('translate')).toBe('no')
  })

  it('shows one clock in the list of messages when its own clock is an hour ahead', async () => {
    const { base } = await startPlayground()
    const ada = await Visitor.enter(browser, base)
    await ada.page.context().addInitScript((shiftMs) => {
      const own = Date.now.bind(Date)
      Date.now = () => own() + shiftMs
      Object.defineProperty(performance, 'timeOrigin', { value: performance.timeOrigin + shiftMs })
    }, HOUR_MS)
    await ada.page.reload()
    await ada.ownName.waitFor({ state: 'attached' })
    await ada.use('sse')
    await ada.say('hello')
    await expect.poll(() => ada.texts()).toContain('hello')
    const apartMs = () =>
      ada.log.getByRole('time').evaluateAll((times) => {
        const all = times.map((time) => Date.parse(time.getAttribute('datetime') ?? ''))
        return all.length < 3 ? Infinity : Math.max(...all) - Math.min(...all)
      })
    await expect.poll(apartMs).toBeLessThan(HOUR_MS / 2)
  })
})

describe('a page behind a forwarded port', () => {
  it('offers no links, and compares the transports without them', async () => {
    const playground = await startPlayground()
    const forward = await openLink({ to: { port: playground.port } })
    onTestFinished(() => forward.close())
    const ada = await Visitor.enter(browser, `${forward.url}/#/room/lobby/compare`)
    await expect.poll(() => ada.page.getByRole('region').filter({ hasText: 'open' }).count()).toBeGreaterThan(3)
    expect(await ada.page.getByRole('combobox', { name: /^Link/ }).count()).toBe(0)
  })
})

describe('a page whose connections die without a word', () => {
  it(
    'does not say that it is open for longer than three heartbeats, and is back at its cursor',
    { ...LONG, timeout: 60_000 },
    async () => {
      const playground = await startPlayground({ heartbeat: 1000, links: 'off' })
      const link = await openLink({ to: { port: playground.port } })
      onTestFinished(() => link.close())
      const ada = await Visitor.enter(browser, link.url)
      await ada.use('websocket')
      await ada.say('before')
      await expect.poll(() => ada.texts()).toEqual(['before'])
      const ben = watch(playground, await person(playground, 'ben'), 'websocket')
      link.silence(true)
      ben.session.send('in the silence')
      await expect.poll(() => ada.page.getByText('connection lost').count(), { timeout: 8000 }).toBeGreaterThan(0)
      await expect
        .poll(() =>
          ada.page.getByText('connection to the meters').or(ada.page.locator('.meters[data-stale=true]')).count(),
        )
        .toBeGreaterThan(0)
      link.silence(false)
      link.reset()
      await expect.poll(() => ada.texts(), { timeout: 20_000 }).toEqual(['before', 'in the silence'])
    },
  )

  it('connects again at once when the browser is online again', async () => {
    const playground = await startPlayground({ links: 'off' })
    const link = await openLink({ to: { port: playground.port } })
    onTestFinished(() => link.close())
    const ada = await Visitor.enter(browser, link.url)
    await ada.use('websocket')
    await ada.say('before')
    await expect.poll(() => ada.texts()).toEqual(['before'])
    const ben = watch(playground, await person(playground, 'ben'), 'websocket')
    link.silence(true)
    link.silence(false)
    ben.session.send('in the silence')
    await expect.poll(ben.texts).toContain('in the silence')
    await ada.page.evaluate(() => dispatchEvent(new Event('online')))
    await expect.poll(() => ada.texts(), { timeout: 15_000 }).toEqual(['before', 'in the silence'])
  }, 60_000)

  it('joins again under its name after its lease, and says so', { ...LONG, timeout: 60_000 }, async () => {
    const playground = await startPlayground({ lease: 500, links: 'off' })
    const link = await openLink({ to: { port: playground.port } })
    onTestFinished(() => link.close())
    const ada = await Visitor.enter(browser, link.url)
    const name = await ada.name()
    await ada.use('websocket')
    await ada.say('before')
    await expect.poll(() => ada.texts()).toEqual(['before'])
    link.cut(3000)
    await expect.poll(() => playground.rooms.get('lobby').roster, { timeout: 5000 }).toEqual([])
    await ada.say('written away')
    await expect.poll(() => ada.texts(), { timeout: 30_000 }).toEqual(['before', 'written away'])
    expect((await ada.notes()).join()).toContain(
      `You were away for so long that the server had removed you. You have joined again as ${name}.`,
    )
  })
})

describe('six tabs of one browser on sse', () => {
  it('say that the connections of the browser are in use', { ...LONG, timeout: 90_000 }, async () => {
    const { base } = await startPlayground({ links: 'off' })
    const first = await Visitor.enter(browser, base)
    await first.use('sse')
    for (let tabs = 2; tabs <= 6; tabs++) {
      const page = await first.page.context().newPage()
      await page.goto(base)
      await page.getByRole('radio').and(page.locator('[value="sse"]')).check({ force: true })
      await page
        .getByRole('status')
        .filter({ hasText: /^open$/ })
        .waitFor()
    }
    await first.say('hello')
    await first.page
      .getByRole('alert')
      .filter({ hasText: 'All six connections of this browser' })
      .waitFor({ timeout: 20_000 })
  })
})
