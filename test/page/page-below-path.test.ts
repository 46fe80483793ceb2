// @module-tag long
import { expect, it } from 'vitest'
import { TRANSPORTS } from '../../src/protocol.ts'
import { Visitor } from '../support/browser.ts'
import { startPlayground } from '../support/playground.ts'
import { describeWithProxy, documentedLines, startNginx, withServerPort } from '../support/proxies.ts'
import { sharedBrowser } from '../support/shared-browser.ts'

const browser = await sharedBrowser()

describeWithProxy('nginx')('the page below a path of nginx', () => {
  it('loads, sends and reads by every transport, with all addresses below the path', async () => {
    const { port } = await startPlayground({ links: 'off' })
    const address = await startNginx(withServerPort(documentedLines('nginx').belowPath, port))
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
