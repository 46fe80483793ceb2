import type { ComponentChildren } from 'preact'
import { dayAndTime, milliseconds, spelled, tenth, timeOfDay } from '../../browser/format.ts'
import type { ListEntry, Note, Pending } from '../../room/message-list.ts'
import { language, texts } from '../../i18n/i18n.ts'
import type { WireRecords } from '../../wire/wire-records.ts'
import { Avatar } from '../shared/avatar.tsx'
import { labelOf, switchLabels } from '../shared/transport-label.tsx'

interface MessageRowProps {
  entry: ListEntry
  /** Member ids of this tab. */
  ownIds: ReadonlySet<string>
  room: string
  /** The records in which a message can be followed. */
  wire?: WireRecords
  /** ms to add to this page's clock to get the server's, by which the messages are stamped. */
  clockOffsetMs?: number
}

/** One row of the message list. Entries do not change, so a row changes with the language and the difference of the clocks only. */
export function MessageRow({ entry, ownIds, room, wire, clockOffsetMs = 0 }: MessageRowProps) {
  if (entry.kind === 'message') return <Message entry={entry} ownIds={ownIds} {...(wire ? { wire } : {})} />
  if (entry.kind === 'switch') return <SwitchRow entry={entry} />
  const text = entry.kind === 'note' ? noteText(entry.note) : eventText(entry, ownIds, room)
  if (!text) return null
  return (
    <li class="system-row" data-note={entry.kind === 'note' ? entry.note.type : entry.event.type}>
      <span>{text}</span> <Time at={entry.kind === 'note' ? entry.at + clockOffsetMs : entry.at} />
    </li>
  )
}

function Message({
  entry: { event, transport, latencyMs, isLate, at },
  ownIds,
  wire,
}: {
  entry: ListEntry & { kind: 'message' }
  ownIds: ReadonlySet<string>
  wire?: WireRecords
}) {
  const { chat, wire: words } = texts.value
  const isMine = ownIds.has(event.from.id)
  const isPrivate = event.to !== undefined
  return (
    <li
      class={`msg${isMine ? ' mine' : ''}${isPrivate ? ' private' : ''}`}
      data-transport={transport}
      data-followed={wire?.followed.value === event.id}
      onClick={() => {
        // Selecting text to copy it is not a click on the message.
        if (getSelection()?.isCollapsed ?? true) wire?.follow(event.id)
      }}
    >
      <Avatar of={event.from.id} />
      <div>
        <p class="byline">
          <Name>{event.from.name}</Name>
          {event.to && (
            <em>{ownIds.has(event.to.id) ? chat.toYouOnly : chat.toOnly(<Name key="to">{event.to.name}</Name>)}</em>
          )}
          <Time at={at} />
          <small class="seq">#{event.seq}</small>
        </p>
        <p class="text" dir="auto">
          {event.text}
        </p>
      </div>
      {latencyMs !== null && (
        <data
          value={String(Math.round(latencyMs))}
          data-late={isLate}
          title={`${isLate ? `${chat.lateTitle} ` : ''}${chat.latencyTitle} · ${labelOf(transport)}`}
        >
          {isLate ? chat.late(spelled(milliseconds(latencyMs))) : spelled(milliseconds(latencyMs))}
        </data>
      )}
      {wire && (
        <button
          type="button"
          class="follow"
          tabIndex={-1}
          aria-pressed={wire.followed.value === event.id}
          aria-label={words.follow(event.from.name)}
          onClick={(click) => {
            click.stopPropagation()
            wire.follow(event.id)
          }}
        />
      )}
    </li>
  )
}

/** A switch, and the counts of the events since. */
function SwitchRow({ entry: { switchEvent, cursor, gapCheck } }: { entry: ListEntry & { kind: 'switch' } }) {
  const { notes } = texts.value
  const [from, to] = switchLabels(switchEvent)
  const { received, missing, repeated, isReset } = gapCheck.value
  const text = isReset
    ? notes.gapCheckReset
    : received > 0
      ? notes.gapCheck({ missing, repeated })
      : notes.sameCursor(cursor)
  return (
    <li class="switch-row" data-transport={switchEvent.to.transport}>
      <span class="from" data-transport={switchEvent.from.transport}>
        {from}
      </span>
      <svg viewBox="0 0 16 8" role="img" aria-label="→" fill="none" stroke="currentColor">
        <path d="M0 4h13M10 1l3 3-3 3" stroke-width="1.4" />
      </svg>
      <span class="to">{to}</span>
      <small title={received > 0 ? notes.gapCheckTitle(received, missing) : undefined}>{text}</small>
    </li>
  )
}

/** An own draft that has not arrived as a message yet. */
export function PendingRow({
  pending,
  ownMember,
  isOpen,
}: {
  pending: Pending
  ownMember: { id: string; name: string }
  isOpen: boolean
}) {
  const { chat } = texts.value
  return (
    <li class="msg mine pending">
      <Avatar of={ownMember.id} />
      <div>
        <p class="byline">
          <Name>{ownMember.name}</Name>
          <em>{pending.isStored ? chat.stored : isOpen ? chat.sending : chat.waiting}</em>
        </p>
        <p class="text" dir="auto">
          {pending.draft.text}
        </p>
      </div>
    </li>
  )
}

/** A name keeps its writing direction without affecting the sentence around it. */
const Name = ({ children }: { children: ComponentChildren }) => (
  <b>
    <bdi>{children}</bdi>
  </b>
)

function Time({ at }: { at: number }) {
  return (
    <time dateTime={new Date(at).toISOString()} title={dayAndTime(at, language.value)}>
      {timeOfDay(at, language.value)}
    </time>
  )
}

function eventText(
  { event }: ListEntry & { kind: 'event' },
  ownIds: ReadonlySet<string>,
  room: string,
): ComponentChildren {
  const { notes } = texts.value
  if (event.type === 'notice') return event.text
  // Only counted, beside the list of members.
  if (event.member.quiet) return null
  const name = <Name key="name">{event.member.name}</Name>
  const isSelf = ownIds.has(event.member.id)
  if (event.type === 'joined') return isSelf ? notes.youJoined(<b key="room">{room}</b>, name) : notes.joined(name)
  if (event.type === 'renamed')
    return isSelf ? notes.youRenamed(name) : notes.renamed(<Name key="was">{event.was}</Name>, name)
  // The page shows a note about the own member's end, with more detail.
  return isSelf ? null : notes.left[event.reason](name)
}

function noteText(note: Note): ComponentChildren {
  const { notes } = texts.value
  if (note.type === 'connected') return notes.connected(<b key="transport">{labelOf(note.transport)}</b>)
  if (note.type === 'lost') return notes.lost
  if (note.type === 'unseen') return notes.unseen
  if (note.type === 'back') return notes.back(spelled({ figure: tenth(note.afterMs / 1000), unit: 's' }))
  if (note.type === 'rejoined') return notes.rejoined(<Name key="name">{note.name}</Name>)
  if (note.type === 'returned') return notes.returned(<Name key="name">{note.name}</Name>)
  if (note.type === 'ended') return note.asked ? notes.ended.asked : notes.ended.byServer
  return notes[note.type]
}
