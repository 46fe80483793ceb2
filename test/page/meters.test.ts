import type { Locator } from 'playwright-core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { post } from '../../src/client/transports/http.ts'
import { openLink } from '../../src/link/link.ts'
import { Visitor } from '../support/browser.ts'
import { LONG } from '../support/long.ts'
import { draft, person, startPlayground } from '../support/playground.ts'
import { lastingPort } from '../support/port.ts'
import { sharedBrowser } from '../support/shared-browser.ts'

const browser = await sharedBrowser()

const never = new AbortController().signal

const meters = ({ page }: Visitor): Locator => page.getByRole('region', { name: 'Meters' })
const meter = (visitor: Visitor, name: string): Locator =>
  meters(visitor)
    .getByRole('article')
    .filter({ has: visitor.page.getByRole('heading', { name }) })
const linkSelect = ({ page }: Visitor): Locator => page.getByRole('combobox', { name: 'Link', exact: true })

describe('the latency of a message', () => {
  it('includes the time without a connection, is marked late, and counts in the percentiles', LONG, async () => {
    const playground = await startPlayground()
    const ben = await person(playground)
    await post(ben.context, draft('before she came'), never)
    const relay = await openLink({ to: { port: playground.port } })
    onTestFinished(() => relay.close())
    const ada = await Visitor.enter(browser, relay.url)
    await ada.use('websocket')
    // The clocks are compared a moment after the page has opened.
    const timed = async () => {
      await post(ben.context, draft('in time'), never)
      return ada.messages.locator('data[data-late="false"]').count()
    }
    await expect.poll(timed, { interval: 300 }).toBeGreaterThan(0)
    relay.cut(1500)
    const sentAt = performance.now()
    await post(ben.context, draft('missed'), never)
    await expect.poll(async () => (await ada.texts()).at(-1)).toBe('missed')
    const sinceSentMs = performance.now() - sentAt
    const all = await ada.messages.evaluateAll((rows) =>
      rows.map((row) => {
        const data = row.querySelector('data')
        return data && { ms: Number(data.value), isLate: data.dataset['late'] === 'true' }
      }),
    )
    // The history, the first message with a latency, and the missed one.
    const figures = [all[0], all.find((figure) => figure?.isLate === false), all.at(-1)]
    expect(figures.slice(0, 2)).toEqual([null, { ms: expect.any(Number) as number, isLate: false }])
    expect(figures[2]?.isLate).toBe(true)
    expect(figures[2]?.ms).toBeGreaterThan(1000)
    expect(figures[2]?.ms).toBeLessThan(sinceSentMs + 100)
    await expect.poll(() => meter(ada, 'Delivery latency').textContent()).toMatch(/of \d+ messages · \d late/)
    await expect.poll(() => meters(ada).textContent()).toMatch(/connection lost once, [1-9][\d.]*.s in all/)
  })
})

describe('the meters', () => {
  it.each(['sse', 'http-stream'])(
    'say how much of %s the server sent and a proxy holds back',
    LONG,
    async (transport) => {
      const playground = await startPlayground()
      const ada = await Visitor.enter(browser, playground.base)
      await ada.use(transport)
      await ada.say('at once')
      await expect.poll(() => ada.texts()).toEqual(['at once'])
      await linkSelect(ada).selectOption('buffering')
      await ada.say('held back')
      const stuck = meters(ada).getByRole('status')
      await expect.poll(() => stuck.textContent()).toMatch(/^\d+.B of the stream left the server and have not arrived/)
      await linkSelect(ada).selectOption('local')
      await expect.poll(() => ada.texts()).toEqual(['at once', 'held back'])
      await expect.poll(() => stuck.count()).toBe(0)
    },
  )

  it.each(['websocket', 'sse', 'http-stream', 'socket-io'])(
    'count what opens %s once, not per message',
    LONG,
    async (transport) => {
      const playground = await startPlayground()
      const ada = await Visitor.enter(browser, playground.base)
      const ben = await person(playground)
      await ada.use(transport)
      // One message of another member: an own one would be a request on some transports.
      await post(ben.context, draft('hello'), never)
      await expect.poll(() => ada.texts()).toEqual(['hello'])
      if (transport === 'socket-io') await expect.poll(() => ada.statusLights()).toEqual(['WebSocket', 'streaming'])
      await expect.poll(() => meter(ada, 'Bytes').last().textContent()).toMatch(/to open the connection: paid once/)
      const shown = async () =>
        (await meter(ada, 'Bytes per message').getByRole('paragraph').first().textContent()) ?? ''
      // The batch with its frame, and some frames without a message; a head alone is more.
      await expect.poll(async () => /^\d{3}B$/.test(await shown())).toBe(true)
      expect(Number.parseInt(await shown(), 10)).toBeLessThan(700)
    },
  )

  it('explain the second connection beside a socket', async () => {
    const playground = await startPlayground()
    const ada = await Visitor.enter(browser, playground.base)
    await ada.say('one')
    await expect.poll(() => ada.texts()).toEqual(['one'])
    await ada.use('websocket')
    await expect.poll(() => meter(ada, 'Connections').textContent()).toMatch(/[1-6] idle for HTTP/)
  })
})

describe('the figures in the switch', () => {
  it('name the link under which they were taken, and are grey over another link', LONG, async () => {
    const playground = await startPlayground()
    const ada = await Visitor.enter(browser, playground.base)
    const ben = await person(playground)
    const figures = ada.page.locator('label[data-transport="websocket"]').getByText(/\/msg/).locator('..')
    await ada.use('websocket')
    await post(ben.context, draft('hello'), never)
    await expect.poll(() => figures.textContent()).toMatch(/\/msg.*no delay/)
    expect(await figures.getAttribute('data-over')).toBe('false')
    await ada.use('short-poll')
    await linkSelect(ada).selectOption('wifi')
    await expect.poll(() => figures.getAttribute('data-over')).toBe('true')
    expect(await figures.textContent()).toContain('no delay')
    await linkSelect(ada).selectOption('local')
    await expect.poll(() => figures.getAttribute('data-over')).toBe('false')
  })
})

describe('the figures in the switch of a transport that was measured', () => {
  it.each([
    ['padding', 'snapshot-poll', (ada: Visitor) => ada.page.locator('.setting.padding select').selectOption('4000')],
    ['poll interval', 'short-poll', (ada: Visitor) => ada.page.getByRole('slider', { name: /^Poll/ }).press('End')],
  ])('are grey with another %s', LONG, async (_, transport, change) => {
    const playground = await startPlayground()
    const ada = await Visitor.enter(browser, playground.base)
    const ben = await person(playground)
    const figures = ada.page.locator(`label[data-transport="${transport}"]`).getByText(/\/msg/).locator('..')
    await ada.use(transport)
    await post(ben.context, draft('hello'), never)
    await expect.poll(() => figures.count()).toBe(1)
    await ada.use(transport === 'short-poll' ? 'snapshot-poll' : 'short-poll')
    expect(await figures.getAttribute('data-over')).toBe('false')
    await change(ada)
    await expect.poll(() => figures.getAttribute('data-over')).toBe('true')
  })

  it('keep the link under which they were taken while another link is connected', LONG, async () => {
    const playground = await startPlayground()
    const ada = await Visitor.enter(browser, playground.base)
    const ben = await person(playground)
    const figures = ada.page.locator('label[data-transport="long-poll"] .last-cost')
    await ada.use('long-poll')
    await post(ben.context, draft('hello'), never)
    await expect.poll(() => figures.textContent()).toMatch(/\/msg.*no delay/)
    const wrong = ada.page.evaluate(async () => {
      const seen = new Set<string>()
      const cost = document.querySelector('label[data-transport="long-poll"] .last-cost')
      for (let frame = 0; frame < 60; frame++) {
        seen.add(cost?.parentElement?.querySelector('.last-cost')?.textContent ?? '')
        await new Promise(requestAnimationFrame)
      }
      return [...seen].filter((text) => /\/msg.*Wi-Fi/.test(text))
    })
    await linkSelect(ada).selectOption('wifi')
    // Over this link no message has arrived.
    expect(await wrong).toEqual([])
  })
})

describe('the latency meter', () => {
  it('says that messages are not timed while no meter connection compares the clocks', async () => {
    const playground = await startPlayground()
    const ada = await Visitor.enter(browser, playground.base)
    await ada.page.routeWebSocket(/meter$/, (socket) => socket.close())
    await ada.page.reload()
    await ada.use('short-poll')
    await ada.say('hello')
    await expect.poll(() => ada.texts()).toEqual(['hello'])
    await expect.poll(() => meter(ada, 'Delivery latency').textContent()).toContain('not timed')
  })
})

describe('after a restart of the server', () => {
  it('the link is still in use, and a note says why the earlier messages are gone', LONG, async () => {
    const port = await lastingPort(22_000)
    const first = await startPlayground({}, port)
    const ada = await Visitor.enter(browser, first.base)
    await linkSelect(ada).selectOption('wifi')
    await ada.say('before')
    await expect.poll(() => ada.texts()).toEqual(['before'])
    await first.close()
    const second = await startPlayground({}, port)
    const ben = await person(second)
    await expect
      .poll(() => ada.notes(), { timeout: 30_000 })
      .toContain(
        'The server has lost this room, for example by a restart. The earlier messages are gone; the list starts again from here.',
      )
    await post(ben.context, draft('after'), never)
    await expect.poll(() => ada.texts()).toEqual(['after'])
    expect(await linkSelect(ada).inputValue()).toBe('wifi')
    expect(ada.browserErrors.filter((text) => text.includes('CLOSING'))).toEqual([])
    // The round trip of the link is in the latency.
    expect(Number(await ada.messages.last().locator('data').getAttribute('value'))).toBeGreaterThanOrEqual(9)
  })
})
