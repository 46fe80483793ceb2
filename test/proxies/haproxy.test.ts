import { expect, it } from 'vitest'
import { TRANSPORTS } from '../../src/protocol.ts'
import { startPlayground } from '../support/playground.ts'
import { expectRequest, expectPage, expectPageAt, joinFromPage } from '../support/proxied.ts'
import { describeWithProxy, documentedLines, startHaproxy, withServerPort } from '../support/proxies.ts'

const { atRoot, belowPath } = documentedLines('haproxy')

describeWithProxy('haproxy').each([
  ['', atRoot],
  ['/chat', belowPath],
])('HAProxy by the documented lines at %j', (path, lines) => {
  it('serves the page and the documents, and lets the page join', async () => {
    const { port } = await startPlayground()
    const address = (await startHaproxy(withServerPort(lines, port))) + path
    await expectPage(address)
    expect((await joinFromPage(address)).status).toBe(201)
    for (const document of ['/docs', '/docs/json', '/docs/frames', '/about']) {
      expect((await fetch(address + document)).status, document).toBe(200)
    }
    if (path !== '') expect((await fetch(address)).url).toBe(`${address}/`)
  })

  it.each(TRANSPORTS)('carries %s', async (transport) => {
    const { port } = await startPlayground()
    await expectRequest((await startHaproxy(withServerPort(lines, port))) + path, transport)
  })

  it('lets the page of a name join and open a WebSocket, with the settings of the README', async () => {
    await expectPageAt(async (port) => (await startHaproxy(withServerPort(lines, port))) + path)
  })
})
