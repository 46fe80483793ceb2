import type { TransportName } from '../../src/protocol.ts'
import { seededRandom } from '../../src/random.ts'
import type { HeaderSet } from '../load/request-headers.ts'
import { deflatingSubscriber } from '../load/deflating-subscriber.ts'
import { rawSubscribers } from '../load/index.ts'
import type { Subscriber } from '../load/subscriber.ts'
import { projectSubscriber } from '../load/project-subscriber.ts'
import { DeliveryRecord, type Mark, type SubscriberCounts } from '../load/delivery-record.ts'
import { serve } from './rpc.ts'

/** Subscribers of one kind. Several groups can share a room, so that each publish compares them. */
export interface Group {
  name: string
  transport: TransportName
  client: 'raw' | 'project' | 'ws'
  count: number
  /** Port of the server or of a link. */
  port: number
  intervalMs: number
  /** ms over which the first polls are spread; by default intervalMs. */
  firstWithinMs?: number
  holdMs: number
  headers: HeaderSet
}

export interface Collected {
  /** By group; one entry per subscriber. */
  groups: Record<string, SubscriberCounts[]>
  /** By group, at each `mark` since `begin`: sums over all subscribers of the group. */
  marks: Record<string, Mark[]>
  /** user + system, since `begin` */
  cpuUs: number
}

interface GroupMember {
  group: string
  record: DeliveryRecord
  subscriber: Subscriber
  /** Its counts at the moment at which it followed the room. */
  connected: SubscriberCounts | null
}

let subscribers: GroupMember[] = []
let cpuAtBegin = process.cpuUsage()

const handlers = {
  /** Opens all subscribers, with the groups mixed, and resolves when every subscriber follows the room. */
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
    const largest = Math.max(0, ...groups.map(({ count }) => count))
    // The groups alternate in both directions, so that neighbours in the server's fan-out are of different kinds and no kind
    // always precedes another. The direction follows the Thue-Morse sequence, so that no group has the first and the last place.
    const places = Array.from({ length: largest }, (_, i) =>
      (isOdd(i) ? [...groups].reverse() : groups).map((group) => ({ group, i })),
    )
      .flat()
      .filter(({ group, i }) => i < group.count)
    for (const { group, i } of places) {
      const record = new DeliveryRecord()
      // Phases are even over the interval, with some noise, so that a publish meets every phase of the polls.
      const phaseMs = ((i + random()) / group.count) * (group.firstWithinMs ?? group.intervalMs)
      const options = { ...group, room, cursor, phaseMs, record }
      const subscriber =
        group.client === 'raw'
          ? rawSubscribers[group.transport](options)
          : group.client === 'ws'
            ? deflatingSubscriber(options)
            : projectSubscriber(group.transport, options)
      const member: GroupMember = { group: group.name, record, subscriber, connected: null }
      subscribers.push(member)
      subscriber.opened.then(
        () => (member.connected = { ...record.counts }),
        () => undefined,
      )
    }
    await Promise.all(subscribers.map(({ subscriber }) => subscriber.opened))
  },
  /** By group; the counts of each subscriber at the moment at which it followed the room. */
  connected(): Record<string, SubscriberCounts[]> {
    const groups: Record<string, SubscriberCounts[]> = {}
    for (const { group, connected } of subscribers) if (connected) (groups[group] ??= []).push(connected)
    return groups
  },
  begin(): void {
    for (const { record } of subscribers) record.begin()
    cpuAtBegin = process.cpuUsage()
  },
  /** Marks the present moment of the window for every subscriber. */
  mark(): void {
    for (const { record } of subscribers) record.mark()
  },
  /** The fewest messages that any subscriber has received since `begin`. */
  fewestDelivered(): number {
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
  /** Bytes that all sockets have read and written; NaN with a client that does not count them. */
  socketBytes(): number {
    return subscribers.reduce((sum, { subscriber }) => sum + subscriber.socketBytes(), 0)
  },
  close(): void {
    for (const { subscriber } of subscribers) subscriber.close()
    subscribers = []
  },
}
const added = (sums: readonly Mark[] | undefined, marks: readonly Mark[]): Mark[] =>
  marks.map(({ delivered, requests, bytes }, i) => ({
    delivered: delivered + (sums?.[i]?.delivered ?? 0),
    requests: requests + (sums?.[i]?.requests ?? 0),
    bytes: bytes + (sums?.[i]?.bytes ?? 0),
  }))

/** Whether the binary form has an odd number of ones. */
const isOdd = (number: number): boolean => number.toString(2).replaceAll('0', '').length % 2 === 1

export type SubscriberHandlers = typeof handlers
serve(handlers)
