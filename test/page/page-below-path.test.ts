import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { TRANSPORTS } from '../../src/protocol.ts'
import { launchBrowser, Visitor } from '../support/browser.ts'
import { startPlayground } from '../support/playground.ts'
import { describeWithProxy, documentedLines, startNginx, withServerPort } from '../support/proxies.ts'

describeWithProxy('nginx')('the page below a path of nginx', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchBrowser()
  }, 180_000)
  afterAll(() => browser.close())

  it('loads, sends and reads by every transport, with all addresses below the path', async () => {
    const { port } = await startPlayground({ links: 'off' })
    const address = await startNginx(withServerPort(documentedLines('nginx')[1] ?? '', port))
    const visitor = await Visitor.enter(browser, `${address}/chat/`)
    const said: string[] = []
    for (const transport of TRANSPORTS) {
      await visitor.use(transport)
      said.push(`by ${transport}`)
      await visitor.say(`by ${transport}`)
      await expect.poll(() => visitor.texts()).toEqual(said)
    }
    const requested = await visitor.page.evaluate(() =>
      performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname),
    )
    expect(requested.length).toBeGreaterThan(TRANSPORTS.length)
    expect(requested.filter((path) => !path.startsWith('/chat/'))).toEqual([])
    expect(visitor.browserErrors).toEqual([])
  }, 180_000)
})
