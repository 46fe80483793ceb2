import { signal, type Signal } from '@preact/signals'
import { isCloseCommand } from '../../client/outbox.ts'
import type { Cursor, Draft, MessageEvent, RoomEvent, TransportName } from '../../protocol.ts'
import type { GapCheck } from './gap-check.ts'
import type { SwitchEvent } from '../network/switch-event.ts'

/** What the page itself has to say between the messages. */
export type Note =
  | { type: 'connected'; transport: TransportName }
  | { type: 'lost' }
  | { type: 'back'; afterMs: number }
  | { type: 'rejoined'; name: string }
  | { type: 'ended'; asked: boolean }
  | { type: 'reset' }
  /** One's own private message, which the transport in use will not bring back. */
  | { type: 'unseen' }

/** One row of the view. */
export type ListEntry = { key: string; at: number } & (
  | {
      kind: 'message'
      event: MessageEvent
      /** The one that brought it. */
      transport: TransportName
      /** null: it lay in the log already when the line opened, or the clocks were not compared yet. */
      latencyMs: number | null
    }
  | { kind: 'event'; event: Exclude<RoomEvent, MessageEvent> }
  | { kind: 'note'; note: Note }
  | { kind: 'turn'; turn: SwitchEvent; cursor: Cursor; tally: Signal<GapCheck> }
)

/** A draft of one's own that has not come back as a message. */
export interface Pending {
  draft: Draft
  /** It is in the log: only the line has yet to bring it. */
  isStored: boolean
}

/** Rows that are kept; while the reader is up in the past, more, so that what is read does not go away below the eye. */
const KEPT = 500
const KEPT_WHILE_READING = 2000

/** In a busy room rows come in handfuls: a dozen times a second is as good to the eye as sixty, and leaves it its frames. */
const SHOW_MS = 80
/** A hidden page has no frames; its title still counts what is missed. */
const SHOW_HIDDEN_MS = 250

/** What the room's view shows. Changes are gathered and shown together. */
export class MessageList {
  readonly entries = signal<readonly ListEntry[]>([])
  readonly pending = signal<readonly Pending[]>([])
  /** Messages shown since the beginning: what a reader who looks elsewhere has missed is a difference of two of these. */
  readonly messages = signal(0)
  /** Set by the view while the reader is not at the end. */
  isReading = false
  #entries: readonly ListEntry[] = []
  #fresh: ListEntry[] = []
  #pending: readonly Pending[] = []
  /** Ids of the drafts that were in the outbox last. */
  #outbox: ReadonlySet<string> = new Set()
  #messages = 0
  #isScheduled = false
  #shownAt = 0
  #notes = 0
  readonly #kept: number

  /** @param kept rows that are kept while the reader is at the end */
  constructor(kept = KEPT) {
    this.#kept = kept
  }

  add(...entries: ListEntry[]): void {
    this.#fresh.push(...entries)
    const messages = entries.filter(({ kind }) => kind === 'message')
    this.#messages += messages.length
    const arrived = new Set(messages.map(({ key }) => key))
    if (arrived.size > 0) this.#pending = this.#pending.filter(({ draft }) => !arrived.has(draft.id))
    this.#show()
  }

  note(note: Note): void {
    this.add({ key: this.newKey(), at: Date.now(), kind: 'note', note })
  }

  /** A key for a row that is not an event. */
  newKey(): string {
    return `note ${++this.#notes}`
  }

  /** The view starts anew. What is stored comes with the new beginning, or not at all. */
  clear(): void {
    this.#entries = []
    this.#fresh = []
    this.#pending = this.#pending.filter(({ isStored }) => !isStored)
    this.#show()
  }

  unpend(draft: Draft): void {
    this.#pending = this.#pending.filter((other) => other.draft.id !== draft.id)
    this.#show()
  }

  /**
   * A draft that enters the outbox is pending. One that leaves it is in the log; a close command is not, and does not come
   * back.
   */
  outbox(drafts: readonly Draft[]): void {
    const waiting = new Set(drafts.map(({ id }) => id))
    // A draft may come back as a message before it leaves the outbox: it must not be pending again.
    const added = drafts.filter(({ id }) => !this.#outbox.has(id))
    this.#outbox = waiting
    this.#pending = this.#pending
      .filter(({ draft }) => waiting.has(draft.id) || !isCloseCommand(draft))
      .map((pending) => (waiting.has(pending.draft.id) ? pending : { ...pending, isStored: true }))
      .concat(added.map((draft) => ({ draft, isStored: false })))
    this.#show()
  }

  #show(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    const show = () => {
      cancelAnimationFrame(frame)
      clearTimeout(timer)
      this.#isScheduled = false
      this.#shownAt = performance.now()
      if (this.#fresh.length > 0 || this.#entries !== this.entries.peek()) {
        const keep = this.isReading ? KEPT_WHILE_READING : this.#kept
        this.#entries = [...this.#entries, ...this.#fresh].slice(-keep)
        this.#fresh = []
      }
      this.entries.value = this.#entries
      this.pending.value = this.#pending
      this.messages.value = this.#messages
    }
    const waitMs = this.#shownAt + SHOW_MS - performance.now()
    const isNow = waitMs <= 0 && !document.hidden
    const frame = isNow ? requestAnimationFrame(show) : 0
    // Beside a frame too: a page that is hidden before it has come gets none.
    const timer = setTimeout(show, isNow || document.hidden ? SHOW_HIDDEN_MS : waitMs)
  }
}
