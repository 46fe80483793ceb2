import { randomBytes } from 'node:crypto'
import type { RoomEvent } from '../../../protocol.ts'
import type { Appended, Entry } from '../../log/log.ts'
import { WindowLog } from '../../log/window-log.ts'
import { Window, type WindowOptions } from '../../log/window.ts'

/** A log in the memory of this process. Its epoch is random, so a cursor of another process is recognised. */
export class MemoryLog extends WindowLog {
  readonly #window: Window
  readonly #byId: Map<string, RoomEvent>
  #hasMessages = false

  constructor(options: WindowOptions) {
    const byId = new Map<string, RoomEvent>()
    const window = new Window(randomBytes(4).toString('hex'), options, (dropped) => {
      for (const { id } of dropped) byId.delete(id)
    })
    super(window)
    this.#window = window
    this.#byId = byId
  }

  get hasEvents(): boolean {
    return this.#window.headSeq > 0
  }
  get hasMessages(): boolean {
    return this.#hasMessages
  }

  append(entry: Entry): Promise<Appended> {
    const known = this.#byId.get(entry.id)
    if (known) return Promise.resolve({ event: known, isNew: false })
    const event: RoomEvent = { ...entry, seq: this.#window.headSeq + 1, at: Date.now() }
    this.#byId.set(event.id, event)
    if (event.type === 'message') this.#hasMessages = true
    this.#window.push(event)
    return Promise.resolve({ event, isNew: true })
  }

  /** The log will not be used again. */
  release(): void {
    this.#window.release()
  }

  find(id: string): Promise<RoomEvent | null> {
    return Promise.resolve(this.#byId.get(id) ?? null)
  }

  /** No other server writes to this log. */
  catchUpTo(): true {
    return true
  }
}
