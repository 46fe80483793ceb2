import type { Socket } from 'node:net'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import { TRANSPORTS } from '../../protocol.ts'
import type { App } from '../http/app-types.ts'
import type { Rooms } from '../room/rooms.ts'
import type { Store } from '../room/room-store.ts'
import { answerParent, askParentForMetrics, isWorker } from './workers-metrics.ts'

/** In seconds, Prometheus' unit. */
const LAG_BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const ROUND_TRIP_BUCKETS_S = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1]

/**
 * Serves /metrics for Prometheus. The hooks that count exist only with --metrics. Any worker answers for all workers.
 */
export function mountMetrics(app: App, rooms: Rooms, store: Store): void {
  const registry = new Registry()
  const registers = [registry]
  if (isWorker) answerParent(registry)
  collectDefaultMetrics({ register: registry })

  new Gauge({
    name: 'playground_members',
    help: 'members of the rooms that this server has open; each server with a room counts all its members',
    registers,
    aggregator: 'max',
    collect() {
      this.set(sum([...rooms.all].map(({ roster }) => roster.length)))
    },
  })
  new Gauge({
    name: 'playground_rooms',
    help: 'rooms that this server has open',
    registers,
    aggregator: 'max',
    collect() {
      this.set(rooms.size)
    },
  })
  new Gauge({
    name: 'playground_waiting_readers',
    help: 'readers that wait for an event: held polls, streams and sockets',
    registers,
    collect() {
      this.set(sum([...rooms.all].map(({ log }) => log.waiting)))
    },
  })
  const lines = new Gauge({
    name: 'playground_lines',
    help: 'requests and sockets that are open, by transport; a held poll counts as one',
    labelNames: ['transport'],
    registers,
  })
  for (const transport of TRANSPORTS) lines.set({ transport }, 0)
  const messages = new Counter({
    name: 'playground_messages_total',
    help: 'messages that this server accepted',
    registers,
  })
  const deliveries = new Counter({
    name: 'playground_deliveries_total',
    help: 'events sent to readers, with history',
    registers,
  })
  const lag = new Histogram({
    name: 'playground_delivery_lag_seconds',
    help: "time from an event's timestamp until it is sent to a reader that waited for it",
    buckets: LAG_BUCKETS_S,
    registers,
  })
  const roundTrip = new Histogram({
    name: 'playground_store_round_trip_seconds',
    help: 'round trip of a script that Redis runs',
    buckets: ROUND_TRIP_BUCKETS_S,
    registers,
  })
  countBytes(app, registers)

  store.onRoundTrip = (ms) => roundTrip.observe(ms / 1000)
  rooms.observer = {
    messageStored: () => messages.inc(),
    batchDelivered: (batch, isLive) => {
      deliveries.inc(batch.events.length)
      if (isLive) for (const { at } of batch.events) lag.observe(Math.max(0, Date.now() - at) / 1000)
    },
  }
  app.addHook('preHandler', (request, _reply, next) => {
    const { transport } = request.routeOptions.config
    if (transport) {
      lines.inc({ transport })
      request.context.onEnd(() => lines.dec({ transport }))
    }
    next()
  })
  app.get('/metrics', async (_request, reply) => {
    reply.type(registry.contentType)
    return isWorker ? askParentForMetrics() : registry.metrics()
  })
}

/** Bytes of TCP sockets, with TLS if it is used. */
function countBytes(app: App, registers: Registry[]): void {
  const open = new Set<Socket>()
  const closed = { up: 0, down: 0 }
  app.server.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.once('close', () => {
      open.delete(socket)
      closed.up += socket.bytesRead
      closed.down += socket.bytesWritten
    })
  })
  new Counter({
    name: 'playground_bytes_total',
    help: 'bytes of TCP sockets: up from clients, down to clients',
    labelNames: ['way'],
    registers,
    collect() {
      this.reset()
      for (const way of ['up', 'down'] as const) {
        const live = [...open].map((socket) => (way === 'up' ? socket.bytesRead : socket.bytesWritten))
        this.inc({ way }, closed[way] + sum(live))
      }
    },
  })
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
