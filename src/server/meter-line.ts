import { CLOSE, schemas, type MeterFrame } from '../protocol.ts'
import { seatOf, type App } from './context.ts'
import { problems } from './problem.ts'
import { keepAlive, openLine, readFrame } from './socket.ts'
import { validator } from './validate.ts'

/** How often a change is told of. */
const REPORT_MS = 250

const clockUp = validator(schemas.clockUp)

/**
 * Tells a member what its own lines cost, and what the server's clock says. On a connection of its own that is not
 * counted: a WebSocket, since those do not take one of the six connections that a browser gives to a host's HTTP.
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
      keepAlive(socket, beatMs)
      let last = ''
      const tell = () => {
        const report = JSON.stringify({
          type: 'report',
          ...app.accountOf(seatOf(request)).report(),
        } satisfies MeterFrame)
        if (report !== last) void line.send(report)
        last = report
      }
      line.onText(async (text) => {
        try {
          const { sentAt } = clockUp(readFrame(text))
          await line.send({ type: 'clock', sentAt, serverAt: Date.now() } satisfies MeterFrame)
        } catch {
          socket.close(1008, 'not a clock frame')
        }
      })
      const timer = setInterval(tell, REPORT_MS)
      request.visit.signal.addEventListener('abort', () => {
        clearInterval(timer)
        line.finish()
      })
      tell()
    },
  })
}
