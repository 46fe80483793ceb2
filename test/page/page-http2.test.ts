// @module-tag long
import { describe, expect, it } from 'vitest'
import { TRANSPORTS } from '../../src/protocol.ts'
import { Visitor } from '../support/browser.ts'
import { startPlayground } from '../support/playground.ts'
import { sharedBrowser } from '../support/shared-browser.ts'

const browser = await sharedBrowser()

describe('the page over HTTP/2', () => {
  it('loads, sends and switches over HTTP/2, with a WebSocket beside it', async () => {
    const { base } = await startPlayground({ tls: true })
    const enter = () => Visitor.enter(browser, base, { ignoreHTTPSErrors: true })
    const [ada, ben] = [await enter(), await enter()]
    const said: string[] = []
    for (const transport of TRANSPORTS) {
      for (const visitor of [ada, ben]) {
        await visitor.use(transport)
        said.push(`by ${transport}, ${said.length}`)
        await visitor.say(said.at(-1) ?? '')
        for (const reader of [ada, ben]) await expect.poll(() => reader.texts()).toEqual(said)
      }
    }
    const protocols = await ada.page.evaluate(() =>
      (performance.getEntriesByType('resource') as PerformanceResourceTiming[]).map(
        ({ name, nextHopProtocol }) => `${new URL(name).pathname.split('/').at(-1)} ${nextHopProtocol}`,
      ),
    )
    for (const name of ['main.js', 'members', 'messages', 'short-poll', 'long-poll']) {
      expect(protocols).toContain(`${name} h2`)
    }
    await ada.use('long-poll')
    const connections = ada.page.getByRole('article').filter({ hasText: 'Connections' })
    await expect.poll(() => connections.textContent()).toContain('HTTP/2 · 1 open stream')
    expect(await connections.textContent()).not.toContain('limit 6')
    await ada.page.getByRole('link', { name: 'Side by side' }).click()
    await ada.page.getByText('This page uses HTTP/2').waitFor()
    expect(await ada.page.getByText('six HTTP/1.1 connections').count()).toBe(0)
    expect([...ada.browserErrors, ...ben.browserErrors]).toEqual([])
  }, 180_000)
})
