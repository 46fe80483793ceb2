import Type from 'typebox'
import type { MeterFrame } from '../meter.ts'
import { CLOSE, schemas } from '../protocol.ts'
import type { Account } from './account.ts'
import { serverNow } from './clock.ts'
import { seatOf, type App } from './context.ts'
import { problems } from './problem.ts'
import { keepAlive, openLine, readFrame } from './socket.ts'
import { validator } from './validate.ts'

/** How often a change is told of. */
const REPORT_MS = 250

const frameUp = validator(Type.Union([schemas.clockUp, schemas.traceUp]))

/**
 * Tells a member what its own lines cost, to who asks for it exchange by exchange, and what the server's clock says. On a
 * connection of its own that is not counted: a WebSocket, since those do not take one of the six connections that a browser gives to a host's HTTP.
 */
export function mountMeterLine(app: App, beatMs: number): void {
  app.route({
    method: 'GET',
    url: '/meter',
    config: { uncounted: true },
    handler: () => Promise.reject(problems.upgradeRequired('this is a WebSocket: ask for it with Upgrade: websocket')),
    wsHandler: (socket, request) => {
      const line = openLine(socket, request)
      if (!line) return
      if (!request.visit.seat) {
        socket.close(CLOSE.badToken, 'this needs a token')
        return
      }
      keepAlive(socket, line, beatMs)
      const account = app.accountOf(seatOf(request))
      let last = ''
      let tracing: ReturnType<Account['trace']> | null = null
      let isTelling = false
      const tell = async () => {
        // Who does not take what it is told is told no more: what comes up meanwhile is bounded elsewhere.
        if (isTelling) return
        isTelling = true
        const report = JSON.stringify({ type: 'report', ...account.report() } satisfies MeterFrame)
        const records = tracing?.trace.take()
        if (report !== last) await line.send(report, { kind: 'other' })
        if (records) await line.send({ type: 'trace', ...records } satisfies MeterFrame)
        last = report
        isTelling = false
      }
      const trace = (on: boolean) => {
        tracing?.end()
        tracing = on ? account.trace() : null
      }
      line.onText(async (text) => {
        try {
          const frame = frameUp(readFrame(text))
          if (frame.type === 'trace') trace(frame.on)
          else await line.send({ type: 'clock', sentAt: frame.sentAt, serverAt: serverNow() } satisfies MeterFrame)
        } catch {
          socket.close(1008, 'neither {type: clock, sentAt} nor {type: trace, on}')
        }
      })
      const timer = setInterval(() => void tell(), REPORT_MS)
      request.visit.signal.addEventListener('abort', () => {
        clearInterval(timer)
        trace(false)
        line.finish()
      })
      void tell()
    },
  })
}
