import { signal, type Signal } from '@preact/signals'
import {
  isCloseCommand,
  type Cursor,
  type Draft,
  type MessageEvent,
  type RoomEvent,
  type TransportName,
} from '../../protocol.ts'
import { now } from '../measure/clock.ts'
import type { GapCheck } from './gap-check.ts'
import type { SwitchEvent } from '../network/switch-event.ts'

/** Notes of the page between the messages. */
export type Note =
  | { type: 'connected'; transport: TransportName }
  | { type: 'lost' }
  | { type: 'back'; afterMs: number }
  /** The server did not know the member any more. */
  | { type: 'rejoined'; name: string }
  /** The lease of the member had run out. */
  | { type: 'returned'; name: string }
  | { type: 'ended'; asked: boolean }
  | { type: 'reset' }
  /** The server does not have the earlier messages any more, since it has lost the room. */
  | { type: 'forgotten' }
  /** An own private message, which the transport in use does not deliver. */
  | { type: 'unseen' }

/** One row of the view. `at` is by the server's clock for messages and events, and by this page's for notes and switches. */
export type ListEntry = { key: string; at: number } & (
  | {
      kind: 'message'
      event: MessageEvent
      /** The transport that delivered it. */
      transport: TransportName
      /** null: it was in the log before the member came, or the clocks were not compared yet. */
      latencyMs: number | null
      /** It was stored while no connection was open, and came with the next one. */
      isLate: boolean
    }
  | { kind: 'event'; event: Exclude<RoomEvent, MessageEvent> }
  | { kind: 'note'; note: Note }
  | { kind: 'switch'; switchEvent: SwitchEvent; cursor: Cursor; gapCheck: Signal<GapCheck> }
)

/** An own draft that has not arrived as a message. */
export interface Pending {
  draft: Draft
  /** The draft is in the log, but not delivered yet. */
  isStored: boolean
}

/** Rows that are kept; more while the reader has scrolled back, so that the rows being read are not removed. */
const MAX_ROWS = 500
const MAX_ROWS_SCROLLED_BACK = 2000

/** A busy room updates a dozen times a second: sixty would look the same and take the frames of the drawing. */
const UPDATE_MS = 80
/** A hidden page has no frames; its title still counts missed messages. */
const UPDATE_HIDDEN_MS = 250

/** The rows of the chat. Changes are collected and shown together. */
export class MessageList {
  readonly entries = signal<readonly ListEntry[]>([])
  readonly pending = signal<readonly Pending[]>([])
  /** Messages shown since the beginning: the number that a reader missed is a difference of two of these. */
  readonly messageCount = signal(0)
  /** Set by the view while the reader is not at the end. */
  isScrolledBack = false
  #entries: readonly ListEntry[] = []
  #added: ListEntry[] = []
  #pending: readonly Pending[] = []
  /** Ids of the drafts that were in the outbox last. */
  #outbox: ReadonlySet<string> = new Set()
  #messageCount = 0
  #isScheduled = false
  #updatedAt = 0
  #notes = 0
  readonly #maxRows: number

  /** @param maxRows rows that are kept while the reader is at the end */
  constructor(maxRows = MAX_ROWS) {
    this.#maxRows = maxRows
  }

  add(...entries: ListEntry[]): void {
    this.#added.push(...entries)
    const messages = entries.filter(({ kind }) => kind === 'message')
    this.#messageCount += messages.length
    const arrived = new Set(messages.map(({ key }) => key))
    if (arrived.size > 0) this.#pending = this.#pending.filter(({ draft }) => !arrived.has(draft.id))
    this.#scheduleUpdate()
  }

  addNote(note: Note): void {
    this.add({ key: this.newKey(), at: now(), kind: 'note', note })
  }

  /** A key for a row that is not an event. */
  newKey(): string {
    return `note ${++this.#notes}`
  }

  /** Empties the list. Stored drafts arrive with the new beginning, or not at all. */
  clear(): void {
    this.#entries = []
    this.#added = []
    this.#pending = this.#pending.filter(({ isStored }) => !isStored)
    this.#scheduleUpdate()
  }

  removePending(draft: Draft): void {
    this.#pending = this.#pending.filter((other) => other.draft.id !== draft.id)
    this.#scheduleUpdate()
  }

  /**
   * A draft that enters the outbox is pending. A draft that leaves the outbox is in the log, except a close command, which is
   * not stored and never arrives.
   */
  setOutbox(drafts: readonly Draft[]): void {
    const waiting = new Set(drafts.map(({ id }) => id))
    // A draft may arrive as a message before it leaves the outbox: it must not be pending again.
    const added = drafts.filter(({ id }) => !this.#outbox.has(id))
    this.#outbox = waiting
    this.#pending = this.#pending
      .filter(({ draft }) => waiting.has(draft.id) || !isCloseCommand(draft))
      .map((pending) => (waiting.has(pending.draft.id) ? pending : { ...pending, isStored: true }))
      .concat(added.map((draft) => ({ draft, isStored: false })))
    this.#scheduleUpdate()
  }

  #scheduleUpdate(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    const update = () => {
      cancelAnimationFrame(frame)
      clearTimeout(timer)
      this.#isScheduled = false
      this.#updatedAt = performance.now()
      if (this.#added.length > 0 || this.#entries !== this.entries.peek()) {
        const maxRows = this.isScrolledBack ? MAX_ROWS_SCROLLED_BACK : this.#maxRows
        this.#entries = [...this.#entries, ...this.#added].slice(-maxRows)
        this.#added = []
      }
      this.entries.value = this.#entries
      this.pending.value = this.#pending
      this.messageCount.value = this.#messageCount
    }
    const waitMs = this.#updatedAt + UPDATE_MS - performance.now()
    const isNow = waitMs <= 0 && !document.hidden
    const frame = isNow ? requestAnimationFrame(update) : 0
    // In addition to a frame: a page that is hidden before the frame gets none.
    const timer = setTimeout(update, isNow || document.hidden ? UPDATE_HIDDEN_MS : waitMs)
  }
}
