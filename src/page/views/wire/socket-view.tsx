import { useEffect, useId, useMemo, useRef } from 'preact/hooks'
import { TRANSPORTS } from '../../../protocol.ts'
import { transports } from '../../../client/transports/index.ts'
import { now } from '../../measure/clock.ts'
import { exactTime, spelled, whole } from '../../browser/format.ts'
import { language, texts } from '../../i18n/i18n.ts'
import type { RoomController } from '../../room/room-controller.ts'
import type { SocketEvent, SocketView } from '../../wire/socket-watch.ts'
import { isPhone } from '../shared/screen.ts'
import { labelOf } from '../shared/transport-label.tsx'
import { exactBytes } from './wire-words.ts'

/** How often properties without an event are read. */
const REFRESH_MS = 250
/** A window of this height has room for the meters and this panel below. */
const ROOMY_PX = 1000
/** Names of the four states in the standard. */
const STATES = ['CONNECTING', 'OPEN', 'CLOSING', 'CLOSED'] as const
const EVENTS = ['open', 'message', 'error', 'close'] as const

/** The connection's WebSocket as a program sees it: its properties, and its four events. */
export function SocketPanel({ controller }: { controller: RoomController }) {
  const { socket: words } = texts.value
  const title = useId()
  useEffect(() => {
    const timer = setInterval(() => controller.socket.refresh(), REFRESH_MS)
    return () => clearInterval(timer)
  }, [controller])
  const view = controller.socket.view.value
  const hasRoom = useMemo(() => isPhone.peek() || innerHeight >= ROOMY_PX || innerWidth < 1280, [])
  const first = TRANSPORTS.find((name) => transports[name].carrier === 'WebSocket')
  return (
    <details class="panel socket" aria-labelledby={title} data-open={view?.readyState === 1} open={hasRoom}>
      <summary class="head">
        <h2 id={title}>{words.title}</h2>
        <p class="since">{view ? sinceWord(view) : words.none}</p>
      </summary>
      {view ? (
        <Inspector view={view} />
      ) : (
        <p class="none">
          {first && (
            <button type="button" data-transport={first} onClick={() => controller.use(first)}>
              {words.tryIt(labelOf(first))}
            </button>
          )}
        </p>
      )}
    </details>
  )
}

function sinceWord({ openedAt, closedAt }: SocketView): string {
  const { socket: words } = texts.value
  if (closedAt !== null) return words.closedFor(aboutFor(now() - closedAt))
  return openedAt === null ? words.connecting : words.openFor(aboutFor(now() - openedAt))
}

/** In whole seconds: a finer figure would flicker. */
const aboutFor = (ms: number): string => spelled({ figure: whole(Math.floor(ms / 1000)), unit: 's' })

function Inspector({ view }: { view: SocketView }) {
  const { socket: words } = texts.value
  const { readyState, bufferedAmount, protocol, extensions, binaryType, url, counts, events } = view
  const properties = {
    bufferedAmount: exactBytes(bufferedAmount),
    protocol: protocol || words.nothing,
    extensions: extensions || words.nothing,
    binaryType,
  }
  return (
    <>
      <ol class="ready" aria-label={words.states}>
        {STATES.map((name, state) => (
          <li key={name} aria-current={state === readyState ? 'true' : undefined}>
            {state} {name}
          </li>
        ))}
      </ol>
      <dl class="props" aria-label={words.properties}>
        {Object.entries(properties).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        <div class="url">
          <dt>url</dt>
          <dd title={url}>{url}</dd>
        </div>
      </dl>
      <ul class="counts" aria-label={words.counts}>
        {EVENTS.map((type) => (
          <li key={type}>
            {type} <b>{whole(counts[type])}</b>
          </li>
        ))}
      </ul>
      <Events events={events} />
    </>
  )
}

function Events({ events }: { events: readonly SocketEvent[] }) {
  const { socket: words } = texts.value
  const box = useRef<HTMLDivElement>(null)
  const isAtEnd = useRef(true)
  useEffect(() => {
    if (isAtEnd.current) box.current?.scrollTo({ top: box.current.scrollHeight })
  }, [events])
  return (
    <div
      ref={box}
      class="events"
      role="group"
      aria-label={words.events}
      tabIndex={0}
      onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => {
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < 20
      }}
    >
      <table>
        <thead class="sr">
          <tr>
            <th scope="col">{words.time}</th>
            <th scope="col">{words.event}</th>
            <th scope="col">{words.detail}</th>
          </tr>
        </thead>
        <tbody>
          {events.map((event, index) => (
            <tr key={`${event.at} ${index}`} data-event={event.type}>
              <td>{exactTime(event.at, language.value)}</td>
              <td>{event.type}</td>
              <td>{detailWord(event)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function detailWord({ detail }: SocketEvent): string {
  if (!detail) return ''
  if ('protocol' in detail) return detail.protocol
  if ('code' in detail) return [String(detail.code), detail.reason && `“${detail.reason}”`].filter(Boolean).join(' ')
  return [exactBytes(detail.bytes), detail.kind].filter(Boolean).join(' ')
}
