import { randomBytes } from 'node:crypto'
import type { RoomEvent } from '../../../protocol.ts'
import type { Appended, Entry } from '../../log/log.ts'
import { WindowLog } from '../../log/window-log.ts'
import { Window, type WindowOptions } from '../../log/window.ts'

/** A log in the memory of this process. Its epoch is random, so a cursor of another process is recognised. */
export class MemoryLog extends WindowLog {
  readonly #window: Window
  readonly #byId: Map<string, RoomEvent>

  constructor(options: WindowOptions) {
    const byId = new Map<string, RoomEvent>()
    const window = new Window(randomBytes(4).toString('hex'), options, (dropped) => {
      for (const { id } of dropped) byId.delete(id)
    })
    super(window)
    this.#window = window
    this.#byId = byId
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

  /** No other server writes to this log. */
  catchUpTo(): true {
    return true
  }
}
