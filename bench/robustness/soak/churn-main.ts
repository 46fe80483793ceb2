/** The clients of a soak, in a separate process: members join, talk, change transports, leave or vanish. Arguments: base, seed. */
import { setTimeout as sleep } from 'node:timers/promises'
import { RoomMember } from '../../../src/client/room-member.ts'
import { nodeNet } from '../../../src/node/net.ts'
import { TRANSPORTS } from '../../../src/protocol.ts'
import { seededRandom, type Random } from '../../../src/random.ts'
import { CHURN_CLIENTS, type ChurnCounts } from './churn.ts'

const [base = '', seed = '1'] = process.argv.slice(2)
const counts: ChurnCounts = { joins: 0, switches: 0, messages: 0 }
const over = new AbortController()
const isOver = (): boolean => over.signal.aborted
let arrived = 0

async function live(random: Random): Promise<void> {
  let isFirst = true
  const net = nodeNet(base)
  const any = () => TRANSPORTS[Math.floor(random() * TRANSPORTS.length)] ?? 'websocket'
  while (!isOver()) {
    const member = new RoomMember({
      net,
      room: `soak${Math.floor(random() * 3)}`,
      transport: any(),
      tuning: { intervalMs: 200, holdMs: 5000 },
      rejoin: 'never',
      observer: { acknowledged: () => (counts.messages += 1) },
    })
    if (!(await member.waitUntilJoined())) continue
    counts.joins += 1
    if (isFirst && ++arrived === CHURN_CLIENTS) process.send?.('all have joined')
    isFirst = false
    for (let acts = 3 + Math.floor(random() * 8); acts > 0 && !isOver(); acts--) {
      member.send(`message ${Math.floor(random() * 1000)}`)
      await sleep(random() * 200)
      member.use(any())
      counts.switches += 1
      await sleep(random() * 200)
    }
    await member.leave().catch(() => undefined)
  }
}

process.on('disconnect', () => process.exit())
process.once('message', () => over.abort())
await Promise.all(Array.from({ length: CHURN_CLIENTS }, (_, i) => live(seededRandom(Number(seed), i))))
process.send?.(counts)
process.exit()
