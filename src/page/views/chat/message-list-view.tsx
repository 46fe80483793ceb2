import { useSignal } from '@preact/signals'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { isComposing } from '../../browser/keys.ts'
import { texts } from '../../i18n/i18n.ts'
import type { RoomController } from '../../room/room-controller.ts'
import { ExampleList } from './example-list.tsx'
import { PendingRow, MessageRow } from './message-row.tsx'

/** Within this distance, the reader is at the end. */
const NEAR_PX = 24

/** Enter moves the focus into the messages, arrow keys move among them, Escape moves out. */
function stepThroughMessages(event: KeyboardEvent & { currentTarget: HTMLElement }): void {
  if (isComposing(event)) return
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

/** The messages of the chat. The list scrolls to new messages, unless the reader has scrolled back. */
export function MessageListView({ controller }: { controller: RoomController }) {
  const { chat } = texts.value
  const { messages } = controller
  const list = useRef<HTMLDivElement>(null)
  const isAtEnd = useSignal(true)
  const seenCount = useRef(0)
  const lastSize = useRef('')
  const ownMember = controller.identity.member.value
  const entries = messages.entries.value
  const pending = messages.pending.value
  const isOpen = controller.connection.status.value.name === 'open'

  const isEmpty = messages.messageCount.value === 0 && pending.length === 0 && controller.cursor.value !== null
  const offer = useRef<HTMLLIElement>(null)

  /** The examples are read from their beginning. */
  const scrollToEnd = () => {
    if (list.current) list.current.scrollTop = offer.current?.offsetTop ?? list.current.scrollHeight
  }
  useLayoutEffect(() => {
    if (isAtEnd.peek()) scrollToEnd()
  }, [entries, pending, isEmpty])
  // A growing composer or an on-screen keyboard makes the list smaller.
  useEffect(() => {
    if (!list.current) return
    const observer = new ResizeObserver(() => {
      if (isAtEnd.peek()) scrollToEnd()
    })
    observer.observe(list.current)
    // A narrower window makes the messages higher.
    if (list.current.firstElementChild) observer.observe(list.current.firstElementChild)
    return () => observer.disconnect()
  }, [isAtEnd])

  if (isAtEnd.value) seenCount.current = messages.messageCount.value
  const newCount = messages.messageCount.value - seenCount.current
  return (
    <div class="log-frame">
      <div
        ref={list}
        class="log"
        role="log"
        aria-label={chat.messages}
        aria-busy={controller.cursor.value === null}
        aria-description={texts.value.wire.logHelp}
        tabIndex={0}
        onKeyDown={stepThroughMessages}
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight, clientWidth } }) => {
          const size = `${clientWidth} ${clientHeight}`
          const isResized = lastSize.current !== size
          lastSize.current = size
          // A resized window scrolls too: this is not the reader's choice.
          if (isResized && isAtEnd.peek()) {
            scrollToEnd()
            return
          }
          isAtEnd.value = isEmpty || scrollHeight - scrollTop - clientHeight < NEAR_PX
          messages.isScrolledBack = !isAtEnd.value
        }}
      >
        <ol>
          {entries.map((entry) => (
            <MessageRow
              key={entry.key}
              entry={entry}
              ownIds={controller.identity.ownIds.value}
              room={controller.room}
              wire={controller.wire}
              clockOffsetMs={controller.clockOffsetMs.value}
            />
          ))}
          {ownMember &&
            pending.map((one) => (
              <PendingRow key={`draft ${one.draft.id}`} pending={one} ownMember={ownMember} isOpen={isOpen} />
            ))}
          {isEmpty && (
            <li ref={offer} class="offer">
              <ExampleList room={controller.room} />
            </li>
          )}
        </ol>
      </div>
      {newCount > 0 && (
        <button type="button" class="new-messages" title={chat.newMessagesTitle} onClick={scrollToEnd}>
          {chat.newMessages(newCount)} <span aria-hidden="true">↓</span>
        </button>
      )}
    </div>
  )
}
