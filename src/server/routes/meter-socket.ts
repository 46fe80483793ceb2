import * as Type from 'typebox'
import type { MeterFrame } from '../../meter.ts'
import { CLOSE, schemas } from '../../protocol.ts'
import { serverNow } from '../log/clock.ts'
import { upgradeRequired, type App } from '../http/app-types.ts'
import type { MemberUsage } from '../metering/member-usage.ts'
import { validator } from '../errors/validate.ts'
import { handleFrames, readFrame } from '../transports/incoming-frames.ts'
import { openWebSocket } from '../transports/websocket-connection.ts'

/** Interval of reports, sent if the counts have changed. */
const REPORT_MS = 250
/** Interval of the transports of the members, sent if one has changed. */
const TRANSPORTS_MS = 1000

const frameUp = validator(Type.Union([schemas.clockUp, schemas.traceUp]))

/**
 * Reports to a member the counts of its connections, with `trace` a record of each request, the server's clock, and by which transport
 * the members of the room read. The connection
 * is separate and not counted. It is a WebSocket, since a WebSocket is not one of a browser's six HTTP connections to a host.
 */
export function mountMeterSocket(app: App): void {
  app.route({
    method: 'GET',
    url: '/meter',
    config: { uncounted: true },
    handler: upgradeRequired,
    wsHandler: (socket, request) => {
      const connection = openWebSocket(socket, request)
      if (!connection) return
      const { reader, room } = request.context
      if (!reader.membership) {
        socket.close(CLOSE.badToken, 'this needs a token')
        return
      }
      const usage = app.usageOf(reader.membership)
      let last = ''
      let tracing: ReturnType<MemberUsage['startTrace']> | null = null
      let isReporting = false
      let lastChange: number | null = null
      let transportsDueAt = performance.now()
      const report = async () => {
        // No report while the client has not read the last one. The number of records that wait is bounded by the trace.
        if (isReporting) return
        isReporting = true
        const text = JSON.stringify({ type: 'report', ...usage.report() } satisfies MeterFrame)
        const records = tracing?.trace.drain()
        if (text !== last) await connection.sendText(text, 'other')
        if (records) await connection.send({ type: 'trace', ...records } satisfies MeterFrame)
        last = text
        const transports = changedTransports()
        if (transports) await connection.send(transports)
        isReporting = false
      }
      const changedTransports = (): MeterFrame | null => {
        const { memberTransports } = room
        if (memberTransports.lastChange === lastChange || performance.now() < transportsDueAt) return null
        const transports = memberTransports.changedSince(lastChange ?? 0)
        const isAll = lastChange === null ? { isAll: true as const } : {}
        lastChange = memberTransports.lastChange
        transportsDueAt = performance.now() + TRANSPORTS_MS
        return { type: 'transports', transports, ...isAll }
      }
      const trace = (on: boolean) => {
        tracing?.stop()
        tracing = on ? usage.startTrace() : null
      }
      handleFrames(socket, connection.meter, app.limits.frameLimit(request.context), async (text) => {
        try {
          const frame = frameUp(readFrame(text))
          if (frame.type === 'trace') trace(frame.on)
          else
            await connection.send({ type: 'clock', sentAt: frame.sentAt, serverAt: serverNow() } satisfies MeterFrame)
        } catch {
          socket.close(1008, 'neither {type: clock, sentAt} nor {type: trace, on}')
        }
      })
      const timer = setInterval(() => void report(), REPORT_MS)
      reader.endListener = {
        readerEnded: () => {
          clearInterval(timer)
          trace(false)
          connection.end()
        },
      }
      void report()
    },
  })
}
