import { randomBytes } from 'node:crypto'
import type { Batch, Cursor, RoomEvent } from '../protocol.ts'
import type { Appended, Entry, Log } from './log.ts'
import { Window, type WindowOptions } from './window.ts'

/** A log that lasts as long as the process. Its epoch is random, so that a cursor of another process is told apart. */
export class MemoryLog implements Log {
  readonly #window: Window
  readonly #byId = new Map<string, RoomEvent>()

  constructor(options: WindowOptions) {
    this.#window = new Window(randomBytes(4).toString('hex'), options, (gone) => {
      for (const { id } of gone) this.#byId.delete(id)
    })
  }

  get head(): Cursor {
    return this.#window.head
  }
  get waiting(): number {
    return this.#window.waiting
  }
  get isClosed(): boolean {
    return this.#window.isClosed
  }

  append(entry: Entry): Promise<Appended> {
    const known = this.#byId.get(entry.id)
    if (known) return Promise.resolve({ event: known, isNew: false })
    const event: RoomEvent = { ...entry, seq: this.#window.headSeq + 1, at: Date.now() }
    this.#byId.set(event.id, event)
    this.#window.push(event)
    return Promise.resolve({ event, isNew: true })
  }

  find(id: string): Promise<RoomEvent | null> {
    return Promise.resolve(this.#byId.get(id) ?? null)
  }

  /** There is no other server that could know more. */
  reach(): true {
    return true
  }

  read(cursor: Cursor | null): Batch {
    return this.#window.read(cursor)
  }

  changed(cursor: Cursor, ms: number, signal: AbortSignal): Promise<void> {
    return this.#window.changed(cursor, ms, signal)
  }

  close(): void {
    this.#window.close()
  }
}
