import type { Batch, Cursor, RoomEvent } from '../../protocol.ts'
import type { Appended, Entry, Log, Waiter } from './log.ts'
import type { Window } from './window.ts'

/** A log that is read from a window in this process, independent of its store. */
export abstract class WindowLog implements Log {
  readonly #window: Window

  constructor(window: Window) {
    this.#window = window
  }

  abstract append(entry: Entry): Promise<Appended>
  abstract find(id: string): Promise<RoomEvent | null>
  abstract catchUpTo(cursor: Cursor, ms: number, reader: { readonly isOver: boolean }): true | Promise<boolean>

  get head(): Cursor {
    return this.#window.head
  }
  get waiting(): number {
    return this.#window.waiting
  }
  get isClosed(): boolean {
    return this.#window.isClosed
  }

  read(cursor: Cursor | null): Batch {
    return this.#window.read(cursor)
  }

  wait(waiter: Waiter): void {
    this.#window.wait(waiter)
  }

  stopWaiting(waiter: Waiter): void {
    this.#window.stopWaiting(waiter)
  }

  close(): void {
    this.#window.close()
  }
}
