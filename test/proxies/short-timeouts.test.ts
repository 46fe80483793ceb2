// @module-tag long
import { expect, it, onTestFinished } from 'vitest'
import { join, type SessionState, type TransportName } from '../../src/node/index.ts'
import { startPlayground } from '../support/playground.ts'
import { describeWithProxy, documentedLines, startHaproxy, startNginx, withServerPort } from '../support/proxies.ts'

/** The other transports send a request at least once in the time of the proxy. */
const QUIET: readonly TransportName[] = ['long-poll', 'websocket', 'sse', 'http-stream', 'socket-io']

/** Reads over a proxy that ends quiet connections, until two have ended, and then a message. */
async function expectNoLoss(address: string, base: string): Promise<void> {
  const ben = await join(base, { name: 'ben' })
  const readers = await Promise.all(
    QUIET.map(async (transport) => {
      const states: SessionState[] = []
      const client = await join(address, { transport, onState: (state) => states.push(state) })
      return { transport, client, states }
    }),
  )
  onTestFinished(async () => {
    await Promise.all(
      [ben, ...readers.map(({ client }) => client)].map((client) => client.close().catch(() => undefined)),
    )
  })
  for (const { transport, states } of readers) {
    const ends = () => states.filter(({ name }) => name === 'waiting').length
    await expect.poll(ends, { message: transport, timeout: 20_000 }).toBeGreaterThan(1)
  }
  await ben.send('after the ends')
  for (const { transport, client, states } of readers) {
    const texts: string[] = []
    for await (const item of client) {
      if (item.type === 'message') texts.push(item.text)
      if (item.type === 'reset' || texts.length === 1) break
    }
    expect(texts, transport).toEqual(['after the ends'])
    expect(states.map(({ name }) => name)).not.toContain('closed')
  }
}

describeWithProxy('nginx')('nginx that ends a connection that is quiet for 1 s', () => {
  it('loses no message by any transport', async () => {
    const { port, base } = await startPlayground()
    const quick = withServerPort(documentedLines('nginx').atRoot, port).replace(
      'proxy_http_version',
      'proxy_read_timeout 1s;\n  proxy_http_version',
    )
    expect(quick).toContain('1s')
    await expectNoLoss(await startNginx(quick), base)
  }, 60_000)
})

describeWithProxy('haproxy')('HAProxy that ends a connection that is quiet for 1 s', () => {
  it('loses no message by any transport', async () => {
    const { port, base } = await startPlayground()
    const quick = withServerPort(documentedLines('haproxy').atRoot, port).replaceAll('60s', '1s')
    expect(quick).toContain('1s')
    await expectNoLoss(await startHaproxy(quick), base)
  }, 60_000)
})
