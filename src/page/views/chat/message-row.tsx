import type { ComponentChildren } from 'preact'
import { dayAndTime, milliseconds, spelled, tenth, timeOfDay } from '../../browser/format.ts'
import type { ListEntry, Note, Pending } from '../../room/message-list.ts'
import { language, texts } from '../../i18n/i18n.ts'
import type { WireRecords } from '../../wire/wire-records.ts'
import { Avatar } from '../shared/avatar.tsx'
import { labelOf, turnLabels } from '../shared/transport-label.tsx'

interface RowProps {
  entry: ListEntry
  /** Ids of those who look at this. */
  selves: ReadonlySet<string>
  room: string
  /** On which a message can be followed. */
  wire?: WireRecords
}

/** One row of the history. Entries do not change, so neither does a row until the language does. */
export function Row({ entry, selves, room, wire }: RowProps) {
  if (entry.kind === 'message') return <Message entry={entry} selves={selves} {...(wire ? { wire } : {})} />
  if (entry.kind === 'turn') return <Turn entry={entry} />
  const says = entry.kind === 'note' ? sayNote(entry.note) : sayEvent(entry, selves, room)
  if (!says) return null
  return (
    <li class="sys" data-note={entry.kind === 'note' ? entry.note.type : entry.event.type}>
      <span>{says}</span> <Time at={entry.at} />
    </li>
  )
}

function Message({
  entry: { event, transport, latencyMs, at },
  selves,
  wire,
}: {
  entry: ListEntry & { kind: 'message' }
  selves: ReadonlySet<string>
  wire?: WireRecords
}) {
  const { chat, wire: words } = texts.value
  const isMine = selves.has(event.from.id)
  const isPrivate = event.to !== undefined
  return (
    <li
      class={`msg${isMine ? ' mine' : ''}${isPrivate ? ' private' : ''}`}
      data-transport={transport}
      data-followed={wire?.followed.value === event.id}
      onClick={() => {
        // Whoever marks text to copy it does not mean to point at the message.
        if (getSelection()?.isCollapsed ?? true) wire?.follow(event.id)
      }}
    >
      <Avatar of={event.from.id} />
      <div>
        <p class="by">
          <Name>{event.from.name}</Name>
          {event.to && (
            <em>{selves.has(event.to.id) ? chat.toYouOnly : chat.toOnly(<Name key="to">{event.to.name}</Name>)}</em>
          )}
          <Time at={at} />
        </p>
        <p class="text" dir="auto">
          {event.text}
        </p>
      </div>
      {latencyMs !== null && (
        <data value={String(Math.round(latencyMs))} title={`${chat.latencyTitle} · ${labelOf(transport)}`}>
          {spelled(milliseconds(latencyMs))}
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

/** A switch, and what can be said by counting of what came since. */
function Turn({ entry: { turn, cursor, tally } }: { entry: ListEntry & { kind: 'turn' } }) {
  const { notes } = texts.value
  const [from, to] = turnLabels(turn)
  const { came, missing, again, isReset } = tally.value
  const says = isReset ? notes.tallyReset : came > 0 ? notes.tally({ missing, again }) : notes.sameCursor(cursor)
  return (
    <li class="turn" data-transport={turn.to.transport}>
      <span class="from" data-transport={turn.from.transport}>
        {from}
      </span>
      <svg viewBox="0 0 16 8" role="img" aria-label="→" fill="none" stroke="currentColor">
        <path d="M0 4h13M10 1l3 3-3 3" stroke-width="1.4" />
      </svg>
      <span class="to">{to}</span>
      <small title={came > 0 ? notes.tallyTitle(came, missing) : undefined}>{says}</small>
    </li>
  )
}

/** One's own draft that has not come back yet. */
export function PendingRow({
  pending,
  self,
  isOpen,
}: {
  pending: Pending
  self: { id: string; name: string }
  isOpen: boolean
}) {
  const { chat } = texts.value
  return (
    <li class="msg mine pending">
      <Avatar of={self.id} />
      <div>
        <p class="by">
          <Name>{self.name}</Name>
          <em>{pending.isStored ? chat.stored : isOpen ? chat.sending : chat.waiting}</em>
        </p>
        <p class="text" dir="auto">
          {pending.draft.text}
        </p>
      </div>
    </li>
  )
}

/** A name is written in whatever direction it has, without turning the sentence around it. */
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

function sayEvent(
  { event }: ListEntry & { kind: 'event' },
  selves: ReadonlySet<string>,
  room: string,
): ComponentChildren {
  const { notes } = texts.value
  if (event.type === 'notice') return event.text
  const name = <Name key="name">{event.member.name}</Name>
  const isSelf = selves.has(event.member.id)
  if (event.type === 'joined') return isSelf ? notes.youJoined(<b key="room">{room}</b>, name) : notes.joined(name)
  if (event.type === 'renamed')
    return isSelf ? notes.youRenamed(name) : notes.renamed(<Name key="was">{event.was}</Name>, name)
  // One's own end is told by the page itself, which knows more of it.
  return isSelf ? null : notes.left[event.reason](name)
}

function sayNote(note: Note): ComponentChildren {
  const { notes } = texts.value
  if (note.type === 'connected') return notes.connected(<b key="transport">{labelOf(note.transport)}</b>)
  if (note.type === 'lost') return notes.lost
  if (note.type === 'unseen') return notes.unseen
  if (note.type === 'back') return notes.back(spelled({ figure: tenth(note.afterMs / 1000), unit: 's' }))
  if (note.type === 'rejoined') return notes.rejoined(<Name key="name">{note.name}</Name>)
  if (note.type === 'ended') return note.asked ? notes.ended.asked : notes.ended.byServer
  return notes.reset
}
