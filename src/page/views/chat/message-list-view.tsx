import { useSignal } from '@preact/signals'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { texts } from '../../i18n/i18n.ts'
import type { RoomController } from '../../room/room-controller.ts'
import { PendingRow, Row } from './message-row.tsx'

/** This close to the end counts as there. */
const NEAR_PX = 24

/** Into the messages by Enter, among them by the arrow keys, and out by Escape. */
function stepMessages(event: KeyboardEvent & { currentTarget: HTMLElement }): void {
  const log = event.currentTarget
  const stops = [...log.querySelectorAll<HTMLElement>('.follow')]
  const at = stops.findIndex((stop) => stop === event.target)
  if (at < 0 && event.key !== 'Enter') return
  const target = at < 0 ? stops.at(-1) : { ArrowUp: stops[at - 1], ArrowDown: stops[at + 1], Escape: log }[event.key]
  if (!target) return
  target.focus()
  target.scrollIntoView({ block: 'nearest' })
  event.preventDefault()
}

/** The history. It follows what is new, except while the reader is up in the past. */
export function Log({ controller }: { controller: RoomController }) {
  const { chat } = texts.value
  const { history } = controller
  const list = useRef<HTMLDivElement>(null)
  const isAtEnd = useSignal(true)
  const seen = useRef(0)
  const self = controller.self.member.value
  const entries = history.entries.value
  const pending = history.pending.value
  const isOpen = controller.standing.status.value.name === 'open'

  const toEnd = () => {
    if (list.current) list.current.scrollTop = list.current.scrollHeight
  }
  useLayoutEffect(() => {
    if (isAtEnd.peek()) toEnd()
  }, [entries, pending])
  // A composer that grows, or a keyboard that comes up, takes room from the log.
  useEffect(() => {
    if (!list.current) return
    const observer = new ResizeObserver(() => {
      if (isAtEnd.peek()) toEnd()
    })
    observer.observe(list.current)
    return () => observer.disconnect()
  }, [isAtEnd])

  if (isAtEnd.value) seen.current = history.messages.value
  const fresh = history.messages.value - seen.current
  return (
    <div class="log-frame">
      <div
        ref={list}
        class="log"
        role="log"
        aria-label={chat.history}
        aria-busy={controller.cursor.value === null}
        aria-description={texts.value.wire.logHelp}
        tabIndex={0}
        onKeyDown={stepMessages}
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
          isAtEnd.value = scrollHeight - scrollTop - clientHeight < NEAR_PX
          history.isReading = !isAtEnd.value
        }}
      >
        <ol>
          {entries.map((entry) => (
            <Row
              key={entry.key}
              entry={entry}
              selves={controller.self.ids.value}
              room={controller.room}
              wire={controller.wire}
            />
          ))}
          {self &&
            pending.map((one) => (
              <PendingRow key={`draft ${one.draft.id}`} pending={one} self={self} isOpen={isOpen} />
            ))}
          {history.messages.value === 0 && pending.length === 0 && controller.cursor.value !== null && (
            <li class="blank">{chat.empty}</li>
          )}
        </ol>
      </div>
      {fresh > 0 && (
        <button type="button" class="fresh" title={chat.freshTitle} onClick={toEnd}>
          {chat.fresh(fresh)} <span aria-hidden="true">↓</span>
        </button>
      )}
    </div>
  )
}
