// @module-tag long
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { post } from '../../src/client/transports/http.ts'
import { TRANSPORTS, type TransportName } from '../../src/protocol.ts'
import { Visitor } from '../support/browser.ts'
import { CountingRelay } from '../support/counting-relay.ts'
import { draft, person, startPlayground } from '../support/playground.ts'
import { sharedBrowser } from '../support/shared-browser.ts'

const browser = await sharedBrowser()

const never = new AbortController().signal

interface Total {
  up: number
  down: number
}

/** What the page says that a transport has cost, to the byte. */
async function shown(page: Page, transport: TransportName): Promise<Total> {
  const figures = await page
    .getByTitle('Bytes since this page’s trace began')
    .locator(`[data-transport="${transport}"] data`)
    .evaluateAll((elements) => elements.map((element) => Number(element.getAttribute('value'))))
  return { up: figures[0] ?? 0, down: figures[1] ?? 0 }
}

const apart = (a: Total, b: Total): Total => ({ up: a.up - b.up, down: a.down - b.down })

/** Settles when the value has not changed for longer than the interval of reports. */
async function settled<T>(read: () => Promise<T>): Promise<T> {
  for (let last = await read(), same = 0; ;) {
    await new Promise((resolve) => setTimeout(resolve, 150))
    const next = await read()
    same = JSON.stringify(next) === JSON.stringify(last) ? same + 1 : 0
    if (same === 6) return next
    last = next
  }
}

describe('the wire view', () => {
  it('shows the bytes that a relay counted for 100 messages on every transport', async () => {
    const counted = async (transport: TransportName) => {
      // A member that only posts keeps its lease while a busy machine settles.
      const playground = await startPlayground({ lease: 600_000, links: 'off' })
      const relay = await CountingRelay.open(playground.port)
      // The interval between two polls is long enough for a report between them.
      const ada = await Visitor.enter(browser, relay.url, { intervalMs: 3000 })
      await ada.use(transport)
      const ben = await person(playground)
      await post(ben.context, draft('the first'), never)
      await expect.poll(() => ada.texts()).toContain('the first')

      // What is on the wire beside: the page itself, joining, the roster. All of that is over, and so a fixed sum.
      const read = async () => ({ page: await shown(ada.page, transport), relay: relay.without('/meter') })
      const before = await settled(read)
      for (let i = 1; i <= 92; i++) await post(ben.context, draft(`ben ${i} 世界`), never)
      for (let i = 1; i <= 8; i++) await ada.say(`ada ${i}`)
      await expect.poll(async () => (await ada.texts()).length, { timeout: 60_000 }).toBe(101)
      const after = await settled(read)
      // Polls go on, and the relay counts them before the report: from time to time both counts are equal.
      const unshown = async () => {
        const { page, relay } = await read()
        return apart(apart(relay, before.relay), apart(page, before.page))
      }
      await expect.poll(unshown, { message: transport }).toEqual({ up: 0, down: 0 })
      expect(ada.browserErrors).toEqual([])
      await ada.page.context().close()
      return { transport, relay: apart(after.relay, before.relay) }
    }
    // All at a time: each waits for most of its.
    for (const { transport, relay } of await Promise.all(TRANSPORTS.map(counted))) {
      console.log(`${transport}: ${relay.up} B up, ${relay.down} B down, for 100 messages`)
      expect(relay.down).toBeGreaterThan(100 * 'ben 1 世界'.length)
    }
  }, 150_000)
})
