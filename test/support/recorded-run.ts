import { expect, onTestFinished } from 'vitest'
import { ChaosClient } from '../../bench/robustness/chaos/chaos-client.ts'
import type { History } from '../../bench/robustness/history/history.ts'
import { positionOf } from '../../bench/robustness/history/history.ts'
import { Recorder } from '../../bench/robustness/history/recorder.ts'
import type { Net } from '../../src/client/transports/transport.ts'
import type { TransportName } from '../../src/protocol.ts'
import { startPlayground } from './playground.ts'

const ROUNDS = 6
const NAMES = ['ada', 'bob', 'cyd', 'eve'] as const
export type Name = (typeof NAMES)[number]

/**
 * Four clients post to a real server in bursts, with private texts between ada and bob, and change their transports.
 *
 * @param netOf the network between a client and the server
 * @param transports each client uses these in turn
 */
export async function recordRun(
  netOf: (net: Net, name: Name) => Net = (net) => net,
  transports: readonly [TransportName, ...TransportName[]] = ['short-poll', 'long-poll'],
): Promise<History> {
  const { net } = await startPlayground()
  const recorder = new Recorder()
  const clients = NAMES.map((name, i) => {
    const transport = transports[i % transports.length] ?? transports[0]
    const own = netOf(net, name)
    return new ChaosClient({ name, room: 'lobby', transport, net: own, connectionNet: own, recorder })
  })
  onTestFinished(async () => {
    for (const client of clients) await client.leave()
  })
  for (const client of clients) await client.waitUntilJoined()
  const [ada, bob] = clients as [ChaosClient, ChaosClient]

  const isIdle = () => clients.every((client) => client.isIdle)
  for (let round = 0; round < ROUNDS; round++) {
    for (const client of clients) for (let n = 0; n < 3; n++) client.send(`${client.name} ${round}.${n}`)
    ada.send(`for bob ${round}`, bob)
    bob.send(`for ada ${round}`, ada)
    for (const [i, client] of clients.entries())
      client.use(transports[(round + i) % transports.length] ?? transports[0])
    await expect.poll(isIdle, { interval: 5 }).toBe(true)
  }
  // A held poll is not answered for a private text of others, so the last message is for all.
  ada.send('the end')
  await expect.poll(isIdle, { interval: 5 }).toBe(true)
  // A planted fault may change epochs.
  const seqs = () => new Set(clients.map(({ cursor }) => positionOf(cursor ?? '').seq))
  // A fault may leave clients different for ever: their state is then recorded as it is.
  for (let i = 0; i < 1000 && seqs().size !== 1; i++) await new Promise((resolve) => setTimeout(resolve, 5))
  for (const client of clients) client.settle()
  return recorder.history
}
