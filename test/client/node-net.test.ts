import type { AddressInfo, Socket } from 'node:net'
import { request } from 'node:http'
import { expect, it, onTestFinished } from 'vitest'
import { transports } from '../../src/client/transports/index.ts'
import { DEFAULT_TUNING } from '../../src/client/transports/transport.ts'
import { nodeNet } from '../../src/node/net.ts'
import { buildApp } from '../../src/server/app.ts'

const MESSAGES = 6

/** Posts by a separate client: polls could use its connection, which would change their count. */
function send(base: string, method: string, path: string, token: string | null, body?: object): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(body ? { 'content-type': 'application/json' } : {}),
    }
    const asked = request(base + path, { method, headers, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.on('end', () => resolve(text))
    })
    asked.on('error', reject).end(body ? JSON.stringify(body) : '')
  })
}

it('a long poll of Node’s client reuses one connection for immediate repeated requests', async () => {
  const { app, rooms } = await buildApp({ logLevel: 'error' })
  const polledOn = new Set<Socket>()
  let polls = 0
  app.addHook('onRequest', async ({ raw }) => {
    if (!raw.url?.includes('/long-poll')) return
    polls += 1
    polledOn.add(raw.socket)
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  onTestFinished(() => app.close())
  const base = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  const { token, cursor } = JSON.parse(await send(base, 'POST', '/rooms/lobby/members', null)) as {
    token: string
    cursor: string
  }
  const controller = new AbortController()
  onTestFinished(() => controller.abort())
  const context = { net: nodeNet(base), room: 'lobby', token: null, tuning: DEFAULT_TUNING }
  const say = (id: number) =>
    send(base, 'POST', '/rooms/lobby/messages', token, { id: `one-connection-${id}`, text: 'hello' })

  let read = 0
  const line = transports['long-poll'].open(context)
  const opened = () => void (read === 0 && say(0))
  for await (const { events } of line.receive(cursor, controller.signal, opened)) {
    read += events.filter(({ type }) => type === 'message').length
    if (read === MESSAGES) break
    void say(read)
  }
  expect(rooms.get('lobby').log.head).not.toBe(cursor)
  expect(polls).toBeGreaterThan(MESSAGES)
  expect(polledOn.size).toBe(1)
})
