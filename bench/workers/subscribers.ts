import type { TransportName } from '../../src/protocol.ts'
import { seededRandom } from '../../src/random.ts'
import type { HeaderSet } from '../load/request-headers.ts'
import { deflatingSubscriber } from '../load/deflating-subscriber.ts'
import { rawSubscribers } from '../load/index.ts'
import type { Subscriber } from '../load/subscriber.ts'
import { projectSubscriber } from '../load/project-subscriber.ts'
import { DeliveryRecord, type Mark, type SubscriberCounts } from '../load/delivery-record.ts'
import { serve } from './rpc.ts'

/** Subscribers of one kind. Several groups can stand in one room, so that each publish compares them. */
export interface Group {
  name: string
  transport: TransportName
  client: 'lean' | 'project' | 'ws'
  count: number
  /** The server's port, or a link's. */
  port: number
  intervalMs: number
  /** Polls are spread over these ms for the first time, over intervalMs without. */
  firstWithinMs?: number
  holdMs: number
  headers: HeaderSet
}

export interface Collected {
  /** By group; one entry a subscriber. */
  groups: Record<string, SubscriberCounts[]>
  /** By group, at each `mark` since `begin`: of all its subscribers together. */
  marks: Record<string, Mark[]>
  /** user + system, since `begin` */
  cpuUs: number
}

interface GroupMember {
  group: string
  record: DeliveryRecord
  line: Subscriber
  /** What it had cost when it came to follow the room. */
  connected: SubscriberCounts | null
}

let subscribers: GroupMember[] = []
let cpuAtBegin = process.cpuUsage()

const handlers = {
  /** Opens all lines, those of the groups mixed, and settles once every one follows the room. */
  async open({
    room,
    cursor,
    groups,
    seed,
  }: {
    room: string
    cursor: string
    groups: Group[]
    seed: number
  }): Promise<void> {
    const random = seededRandom(seed)
    const most = Math.max(0, ...groups.map(({ count }) => count))
    // Round the groups, there and back: neighbours in the server's fan-out are of different kinds, and no kind is always
    // before another. In the order of Thue and Morse, so that none has both the first place and the last either.
    const places = Array.from({ length: most }, (_, i) =>
      (isOdd(i) ? [...groups].reverse() : groups).map((group) => ({ group, i })),
    )
      .flat()
      .filter(({ group, i }) => i < group.count)
    for (const { group, i } of places) {
      const record = new DeliveryRecord()
      // Evenly over the interval, with a little noise: so that a publish meets every phase of the polls.
      const phaseMs = ((i + random()) / group.count) * (group.firstWithinMs ?? group.intervalMs)
      const options = { ...group, room, cursor, phaseMs, record }
      const line =
        group.client === 'lean'
          ? rawSubscribers[group.transport](options)
          : group.client === 'ws'
            ? deflatingSubscriber(options)
            : projectSubscriber(group.transport, options)
      const subscriber: GroupMember = { group: group.name, record, line, connected: null }
      subscribers.push(subscriber)
      line.opened.then(
        () => (subscriber.connected = { ...record.counts }),
        () => undefined,
      )
    }
    await Promise.all(subscribers.map(({ line }) => line.opened))
  },
  /** By group, one entry a subscriber: what each had cost when it came to follow the room. */
  connected(): Record<string, SubscriberCounts[]> {
    const groups: Record<string, SubscriberCounts[]> = {}
    for (const { group, connected } of subscribers) if (connected) (groups[group] ??= []).push(connected)
    return groups
  },
  begin(): void {
    for (const { record } of subscribers) record.begin()
    cpuAtBegin = process.cpuUsage()
  },
  /** Marks this moment of the window for every subscriber. */
  mark(): void {
    for (const { record } of subscribers) record.mark()
  },
  /** How many messages each subscriber of each group has in hand since `begin`: the fewest. */
  fewest(): number {
    for (const { record } of subscribers) record.parseUnread()
    return Math.min(...subscribers.map(({ record }) => record.counts.indices.length))
  },
  collect(): Collected {
    for (const { record } of subscribers) record.parseUnread()
    const { user, system } = process.cpuUsage(cpuAtBegin)
    const groups: Record<string, SubscriberCounts[]> = {}
    const marks: Record<string, Mark[]> = {}
    for (const { group, record } of subscribers) {
      ;(groups[group] ??= []).push(record.counts)
      marks[group] = added(marks[group], record.marks)
    }
    return { groups, marks, cpuUs: user + system }
  },
  /** Bytes that all sockets read and wrote since they were opened; NaN where a client does not tell. */
  socketBytes(): number {
    return subscribers.reduce((sum, { line }) => sum + line.socketBytes(), 0)
  },
  close(): void {
    for (const { line } of subscribers) line.close()
    subscribers = []
  },
}
const added = (sums: readonly Mark[] | undefined, marks: readonly Mark[]): Mark[] =>
  marks.map(({ delivered, requests, bytes }, i) => ({
    delivered: delivered + (sums?.[i]?.delivered ?? 0),
    requests: requests + (sums?.[i]?.requests ?? 0),
    bytes: bytes + (sums?.[i]?.bytes ?? 0),
  }))

/** Of the ones in binary. */
const isOdd = (number: number): boolean => number.toString(2).replaceAll('0', '').length % 2 === 1

export type SubscriberHandlers = typeof handlers
serve(handlers)
