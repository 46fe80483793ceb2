import * as Type from 'typebox'
import type { MeterFrame } from '../../meter.ts'
import { CLOSE, schemas } from '../../protocol.ts'
import { serverNow } from '../log/clock.ts'
import { upgradeRequired, type App } from '../http/app-types.ts'
import type { MemberUsage } from '../metering/member-usage.ts'
import { validator } from '../errors/validate.ts'
import { handleFrames, readFrame } from '../transports/incoming-frames.ts'
import { openWebSocket } from '../transports/websocket-connection.ts'

/** How often a change is told of. */
const REPORT_MS = 250

const frameUp = validator(Type.Union([schemas.clockUp, schemas.traceUp]))

/**
 * Tells a member what its own lines cost, to who asks for it exchange by exchange, and what the server's clock says. On a
 * connection of its own that is not counted: a WebSocket, since those do not take one of the six connections that a browser gives to a host's HTTP.
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
      const { reader } = request.context
      if (!reader.membership) {
        socket.close(CLOSE.badToken, 'this needs a token')
        return
      }
      const usage = app.usageOf(reader.membership)
      let last = ''
      let tracing: ReturnType<MemberUsage['startTrace']> | null = null
      let isTelling = false
      const tell = async () => {
        // Who does not take what it is told is told no more: what comes up meanwhile is bounded elsewhere.
        if (isTelling) return
        isTelling = true
        const report = JSON.stringify({ type: 'report', ...usage.report() } satisfies MeterFrame)
        const records = tracing?.trace.drain()
        if (report !== last) await connection.sendText(report, 'other')
        if (records) await connection.send({ type: 'trace', ...records } satisfies MeterFrame)
        last = report
        isTelling = false
      }
      const trace = (on: boolean) => {
        tracing?.stop()
        tracing = on ? usage.startTrace() : null
      }
      handleFrames(socket, connection.meter, async (text) => {
        try {
          const frame = frameUp(readFrame(text))
          if (frame.type === 'trace') trace(frame.on)
          else
            await connection.send({ type: 'clock', sentAt: frame.sentAt, serverAt: serverNow() } satisfies MeterFrame)
        } catch {
          socket.close(1008, 'neither {type: clock, sentAt} nor {type: trace, on}')
        }
      })
      const timer = setInterval(() => void tell(), REPORT_MS)
      reader.endListener = {
        readerEnded: () => {
          clearInterval(timer)
          trace(false)
          connection.end()
        },
      }
      void tell()
    },
  })
}
