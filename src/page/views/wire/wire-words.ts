import type { ByteSplit } from '../../../meter.ts'
import { sumOf } from '../../measure/count-math.ts'
import { duration, spelled, timeOfDay, whole } from '../../browser/format.ts'
import { language, texts } from '../../i18n/i18n.ts'
import type { WireFacts } from '../../i18n/en.ts'
import { isMultiplexed } from '../../network/http-version.ts'
import type { Arrow } from '../../wire/items.ts'
import type { PaintWords } from '../../wire/drawing/scene.ts'
import type { Reason } from '../../wire/explain.ts'
import type { WireRecords } from '../../wire/wire-records.ts'
import { switchLabels } from '../shared/transport-label.tsx'

export const bytesWord = (bytes: ByteSplit): string => exactBytes(sumOf(bytes))
/** To the byte, since these figures can be added up. */
export const exactBytes = (count: number): string => spelled({ figure: whole(count), unit: 'B' })
export const durationWord = (ms: number): string => spelled(duration(ms))
export const seqWord = (seq: number): string => `#${seq}`

/** GET 560 B, or 204 empty 132 B. */
export function arrowWord({ name, bytes, isEmpty, way, item, fault }: Arrow, isAgain = false): string {
  const { wire } = texts.value
  const isEmptyAnswer = isEmpty && way === 'down' && item.type === 'request'
  const failed = fault === 'failed' && way === 'up' ? wire.failed : ''
  return [isAgain ? wire.again : '', name, failed, isEmptyAnswer ? wire.empty : '', bytes ? bytesWord(bytes) : '']
    .filter(Boolean)
    .join(' ')
}

export function paintWords(wire: WireRecords): PaintWords {
  const { wire: words } = texts.value
  const { oneWayMs } = wire
  return {
    client: words.client,
    server: words.server,
    oneWay: oneWayMs === null ? null : words.oneWay(durationWord(oneWayMs)),
    tooMany: words.tooMany,
    tick: (at, stepMs) => {
      const time = timeOfDay(at, language.value)
      return stepMs >= 10_000 ? time.slice(-5) : `:${time.slice(-2)}.${Math.floor((at % 1000) / 100)}`
    },
    held: (ms, isOver) => (isOver ? words.held(durationWord(ms)) : words.heldStill(durationWord(ms))),
    until: (seq) => words.until(seqWord(seq)),
    waited: (ms) => words.waited(durationWord(ms)),
    inBrowser: (ms) => words.inBrowser(durationWord(ms)),
    stored: (seq) => words.stored(seqWord(seq)),
    shown: (ms) => `+${durationWord(ms)}`,
    arrow: (arrow, isAgain) => arrowWord(arrow, isAgain),
    switch: switchLabels,
  }
}

const NO_FACTS: WireFacts = {
  held: '',
  seqs: '',
  count: 0,
  again: null,
  isOwn: false,
  waited: null,
  isOver: false,
  isMultiplexed,
  bytes: '',
  kind: 'other',
  status: 0,
}

/** The reason for a transfer, as a sentence. */
export function reasonWord(reason: Reason): string {
  return texts.value.wire.reasons[reason.type]({ ...NO_FACTS, ...factsOf(reason) })
}

function factsOf(reason: Reason): Partial<WireFacts> {
  switch (reason.type) {
    case 'held': {
      const { heldMs, messages, seqs, againMs, isOwn } = reason
      const again = againMs === null ? null : durationWord(againMs)
      return { held: durationWord(heldMs), seqs: spanOf(seqs), count: messages, again, isOwn }
    }
    case 'holding':
    case 'hold-over':
    case 'held-event':
      return { held: durationWord(reason.heldMs) }
    case 'at-once':
      return { count: reason.messages }
    case 'fetched':
      return { count: reason.messages, waited: reason.waitedMs === null ? null : durationWord(reason.waitedMs) }
    case 'post':
      return { seqs: reason.seq === null ? '' : seqWord(reason.seq) }
    case 'waiting':
      return { waited: durationWord(reason.waitedMs), isOver: reason.isOver }
    case 'socket':
      return { bytes: exactBytes(reason.bytes) }
    case 'frame':
      return { kind: reason.kind, count: reason.messages }
    case 'refused':
      return { status: reason.status }
    default:
      return {}
  }
}

/** #42, or #42 – #47; empty for none. */
function spanOf(seqs: readonly number[]): string {
  const [first, last = first] = [seqs[0], seqs.at(-1)]
  if (first === undefined || last === undefined) return ''
  return first === last ? seqWord(first) : `${seqWord(first)} – ${seqWord(last)}`
}
