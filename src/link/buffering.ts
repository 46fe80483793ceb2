import { announcedBody, type Body, type Head, HttpFraming } from './http-framing.ts'

/** If a client has more unanswered requests than this, later ones are not parsed. */
const MAX_PENDING = 1_000

/**
 * The buffering proxy of a connection: holds the server's bytes until a response is complete, the server has ended, or the
 * profile's number of bytes is held. Then the held bytes are passed on, and holding begins again.
 *
 * Completeness follows HTTP/1.1: Content-Length, the last chunk, 204, 304, 1xx, or an answer to HEAD. So plain answers on a
 * kept-alive connection pass without delay, and only streams arrive in blocks. After 101 (a WebSocket) no byte is held.
 * Bytes that are not HTTP are held until their number or the end is reached.
 */
export class Buffering {
  readonly #requests = new HttpFraming((head) => this.#requestBody(head))
  readonly #responses = new HttpFraming((head) => this.#responseBody(head))
  /** For each unanswered request: true for HEAD, whose answer has no body whatever its head says. */
  readonly #pendingHead: boolean[] = []
  #held: Buffer[] = []
  #heldBytes = 0

  get heldBytes(): number {
    return this.#heldBytes
  }

  /** Reads the client's bytes, to know which answers belong to HEAD. */
  addRequestBytes(bytes: Buffer): void {
    if (!this.#responses.tunnel) this.#requests.feed(bytes)
  }

  /** Adds the server's bytes. Returns the bytes to pass on now. With `limitBytes` null no byte is held. */
  addResponseBytes(bytes: Buffer, limitBytes: number | null): Buffer[] {
    const complete = this.#responses.tunnel ? 0 : this.#responses.feed(bytes)
    const freed = limitBytes === null || this.#responses.tunnel ? bytes.length : complete
    const passed = freed === 0 ? [] : [...this.release(), bytes.subarray(0, freed)]
    if (freed < bytes.length) {
      this.#held.push(bytes.subarray(freed))
      this.#heldBytes += bytes.length - freed
    }
    if (limitBytes !== null && this.#heldBytes >= limitBytes) passed.push(...this.release())
    return passed
  }

  /** Returns all held bytes, and holds none. */
  release(): Buffer[] {
    const released = this.#held
    this.#held = []
    this.#heldBytes = 0
    return released
  }

  #requestBody(head: Head): Body {
    this.#pendingHead.push(head.startLine.startsWith('HEAD '))
    return this.#pendingHead.length > MAX_PENDING ? 'until-end' : announcedBody(head, 0)
  }

  #responseBody(head: Head): Body {
    const status = /^HTTP\/1\.[01] (\d{3})/.exec(head.startLine)?.[1]
    if (status === undefined) return 'until-end'
    if (status === '101') return 'tunnel'
    if (status.startsWith('1')) return 0
    const toHead = this.#pendingHead.shift() ?? false
    return toHead || status === '204' || status === '304' ? 0 : announcedBody(head, 'until-end')
  }
}
