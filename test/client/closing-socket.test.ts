import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { nodeNet } from '../../src/node/net.ts'
import { person, startPlayground, watch } from '../support/playground.ts'

/** Of a server: status 1001, it is going away. */
const CLOSE_FRAME = Buffer.from([0x88, 2, 0x03, 0xe9])

/** A relay that can begin to close its connections in the name of the server. The server does not hear of it. */
async function startRelay(port: number): Promise<{ url: string; beginClose: () => void; end: () => void }> {
  let clients: Socket[] = []
  const relay = createServer({ allowHalfOpen: true }, (client) => {
    const server = connect(port, '127.0.0.1')
    client.pipe(server).pipe(client)
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      socket.on('error', () => undefined)
      socket.on('close', () => other.destroy())
    }
    clients.push(client)
  })
  const end = () => {
    for (const client of clients) client.destroy()
    clients = []
  }
  relay.listen(0, '127.0.0.1')
  await once(relay, 'listening')
  onTestFinished(() => {
    end()
    relay.close()
  })
  return {
    url: `http://127.0.0.1:${(relay.address() as AddressInfo).port}`,
    beginClose: () => {
      for (const client of clients) client.unpipe().resume().write(CLOSE_FRAME)
    },
    end,
  }
}

it('a message that is said while the socket closes is given to the next socket alone', async () => {
  const playground = await startPlayground()
  const relay = await startRelay(playground.port)
  const net = nodeNet(relay.url)
  const { OPEN, CLOSING } = net.WebSocket
  const sockets: WebSocket[] = []
  const statesAtSend: number[] = []
  class Recorded extends net.WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols)
      sockets.push(this)
    }
    override send(data: Parameters<WebSocket['send']>[0]): void {
      statesAtSend.push(this.readyState)
      super.send(data)
    }
  }
  const ada = watch({ net: { ...net, WebSocket: Recorded } }, await person(playground, 'ada'), 'websocket')
  await expect.poll(() => ada.session.state.name).toBe('open')
  relay.beginClose()
  await expect.poll(() => sockets[0]?.readyState).toBe(CLOSING)
  ada.session.send('while it closed')
  await setImmediate()
  relay.end()
  await expect.poll(ada.texts).toEqual(['while it closed'])
  expect(statesAtSend).toEqual([OPEN])
})
