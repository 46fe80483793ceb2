import type { ComponentChildren } from 'preact'
import { BYTE_PARTS, type ByteSplit, type Way } from '../../../meter.ts'
import type { TransportName } from '../../../protocol.ts'
import { exactTime } from '../../browser/format.ts'
import { language, texts } from '../../i18n/i18n.ts'
import { now } from '../../measure/clock.ts'
import { arrowsOf, type Arrow, type RequestItem } from '../../wire/items.ts'
import { reasonOf } from '../../wire/explain.ts'
import type { WireRecords } from '../../wire/wire-records.ts'
import { arrowWord, bytesWord, durationWord, exactBytes, reasonWord, seqWord } from './wire-words.ts'

interface ReadoutProps {
  wire: WireRecords
  /** The arrow that is pointed at, or the last one; null before the first. */
  arrow: Arrow | null
  /** The reason and the result only. */
  isBrief: boolean
  /** Screen readers announce it. */
  isSpoken: boolean
}

/** All facts of one arrow and its request, and the reason for it. */
export function Readout({ wire, arrow, isBrief, isSpoken }: ReadoutProps) {
  const { wire: words } = texts.value
  if (!arrow) {
    return (
      <Frame isSpoken={false}>
        <p class="why">{words.nothing}</p>
      </Frame>
    )
  }
  const { item } = arrow
  const reason = reasonOf(arrow, wire, now())
  return (
    // A running count is not announced: the announcements would not end.
    <Frame isSpoken={isSpoken && reason.type !== 'holding'} transport={arrow.transport}>
      <p class="why">{reasonWord(reason)}</p>
      {isBrief ? null : item.type === 'frame' ? (
        <Line name={arrow.name} text={facts(arrow)} />
      ) : (
        <RequestDetails item={item} wire={wire} />
      )}
      <ShownAfter wire={wire} arrow={arrow} />
    </Frame>
  )
}

interface FrameProps {
  /** Whether screen readers announce a change. */
  isSpoken: boolean
  /** The transport that gives the colour. */
  transport?: TransportName | null | undefined
  children: ComponentChildren
}

function Frame({ isSpoken, transport, children }: FrameProps) {
  return (
    <footer
      class="readout"
      role="group"
      aria-label={texts.value.wire.readout}
      tabIndex={0}
      data-transport={transport}
      aria-live={isSpoken ? 'polite' : 'off'}
    >
      {children}
    </footer>
  )
}

function RequestDetails({ item, wire }: { item: RequestItem; wire: WireRecords }) {
  const { wire: words } = texts.value
  const { record, observation } = item
  const [request, answer] = arrowsOf(item, wire.times)
  if (!request) return null
  const heldMs = record?.heldFrom === undefined || record.heldTo === undefined ? null : record.heldTo - record.heldFrom
  const path = record?.path ?? observation?.path ?? ''
  return (
    <>
      <Line
        name={request.name}
        text={[path, ...(record ? [words.connection(record.connection)] : []), facts(request)].join(' · ')}
        title={path}
      />
      {answer ? (
        <Line
          name={answer.name || '—'}
          text={[...(heldMs === null ? [] : [words.held(durationWord(heldMs))]), facts(answer)].join(' · ')}
        />
      ) : (
        <Line name="…" text={record?.isOver || observation?.isBroken ? words.cut : words.notYet} />
      )}
    </>
  )
}

/** The first message of the arrow, and when the page showed it. */
function ShownAfter({ wire, arrow }: { wire: WireRecords; arrow: Arrow }) {
  const { wire: words } = texts.value
  const known = arrow.messages.flatMap((id) => wire.messages.get(id) ?? [])
  const [first] = known
  if (!first || first.isHistory) return null
  const ms = Math.max(0, first.shownAt - wire.toPageTime(first.storedAt))
  return <Line name="" text={words.shown(seqWord(first.seq), durationWord(ms))} />
}

function Line({ name, text, title = text }: { name: string; text: string; title?: string }) {
  return (
    <p>
      <b>{name}</b>
      <span title={title}>{text}</span>
    </p>
  )
}

/** Bytes by part, time of departure, and time in transit. */
function facts(arrow: Arrow): string {
  const { wire: words } = texts.value
  const { bytes, leftAt, arrivedAt, transport } = arrow
  const time = leftAt ?? arrivedAt
  return [
    bytes ? partsWord(bytes) : words.uncounted,
    ...(time === null ? [] : [exactTime(time, language.value)]),
    ...(leftAt !== null && arrivedAt !== null
      ? [words.underWay(durationWord(Math.max(0, arrivedAt - leftAt)))]
      : transport === null
        ? []
        : [words.pageUnknown]),
  ].join(' · ')
}

/** 212 B = 4 B framing + 182 B JSON + 26 B text: without empty parts. */
function partsWord(bytes: ByteSplit): string {
  const { meters } = texts.value
  const parts = BYTE_PARTS.filter((part) => bytes[part] !== 0).map(
    (part) => `${exactBytes(bytes[part])} ${meters[part]}`,
  )
  return parts.length > 1 ? `${bytesWord(bytes)} = ${parts.join(' + ')}` : parts.join('')
}

/** The path of a message over the wire, from its sender to this page. */
export function PathReadout({ wire, id, arrows }: { wire: WireRecords; id: string; arrows: readonly Arrow[] }) {
  const { wire: words } = texts.value
  const message = wire.messages.get(id)
  const name = message ? seqWord(message.seq) : ''
  const isShown = arrows.some(
    ({ way, item }) =>
      way === 'down' && (item.type === 'request' ? item.record?.kind === 'poll' : item.record.kind === 'batch'),
  )
  const stepsOf = (way: Way) =>
    arrows.filter((arrow) => arrow.way === way).map((arrow) => `${way === 'up' ? '↑' : '↓'} ${arrowWord(arrow)}`)
  return (
    <Frame isSpoken transport={message?.transport}>
      {isShown ? <Why wire={wire} arrows={arrows} /> : <p class="why">{words.pathGone}</p>}
      <p class="path">
        <b>{words.path(name)}</b>
        <span>
          {[
            ...stepsOf('up'),
            ...(message
              ? [
                  words.pathStored(exactTime(wire.toPageTime(message.storedAt), language.value)),
                  ...stepsOf('down'),
                  message.isHistory
                    ? words.pathHistory
                    : words.pathShown(durationWord(Math.max(0, message.shownAt - wire.toPageTime(message.storedAt)))),
                ]
              : stepsOf('down')),
          ].join(' · ')}
        </span>
      </p>
    </Frame>
  )
}

/** The reason for the arrow that delivered the message. */
function Why({ wire, arrows }: { wire: WireRecords; arrows: readonly Arrow[] }) {
  const carrier = arrows.findLast(({ way }) => way === 'down')
  return carrier ? (
    <p class="why">
      <b>{arrowWord(carrier)}</b> {reasonWord(reasonOf(carrier, wire, now()))}
    </p>
  ) : null
}
