/** The hostile clients, in a separate process. Arguments: port, room. A message is a kind that begins, or `end`. */
import { setMaxListeners } from 'node:events'
import { setPriority } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { joinRoom, type Target } from '../fuzz/target.ts'
import { ATTACKS, type AttackKind } from './attacks.ts'
import { Rate } from './rate.ts'

const BYTES_PER_S = 1_000_000
const CONNECTS_PER_S = 200
const JOIN_RETRY_MS = 250
/** Hostile clients use their own machine. Here they must not take the processor from the honest member. */
const NICENESS = 10

const [port = '', room = ''] = process.argv.slice(2)
setPriority(NICENESS)
process.on('disconnect', () => process.exit())

/** Joins. Earlier joins may have used up the rate of the address. */
async function joinInTime(): Promise<Target> {
  for (;;) {
    try {
      return await joinRoom(Number(port), room)
    } catch {
      await sleep(JOIN_RETRY_MS)
    }
  }
}

let abort = new AbortController()
let running: Promise<unknown> = Promise.resolve()

async function begin(kind: AttackKind): Promise<void> {
  const target = await joinInTime()
  process.send?.('begun')
  abort = new AbortController()
  // Each connection listens.
  setMaxListeners(0, abort.signal)
  running = ATTACKS[kind]({
    target,
    bytes: new Rate(BYTES_PER_S),
    connects: new Rate(CONNECTS_PER_S),
    signal: abort.signal,
  })
}

async function end(): Promise<void> {
  abort.abort()
  await running
  process.send?.('ended')
}

process.on('message', (order: AttackKind | 'end') => void (order === 'end' ? end() : begin(order)))
process.send?.('ready')
