import { announcedBody, type Body, type Head, HttpFraming } from './http-framing.ts'

/** The requests of a client that has more than this unanswered are not read any further. */
const MAX_PENDING = 1_000

/**
 * The buffering proxy of one connection: holds the server's bytes until a response is complete, the server has ended,
 * or so many bytes are there as the profile says; then all that is held goes on, and holding begins anew.
 *
 * Complete means what HTTP/1.1 means by it: Content-Length, the last chunk, 204, 304, 1xx, or an answer to HEAD. So
 * plain answers on a kept-alive connection pass undelayed, and only streams come in lumps. After 101 (a WebSocket)
 * nothing is held. Bytes that are not HTTP are held by the plain rule: so many, or the end.
 */
export class Buffering {
  readonly #requests = new HttpFraming((head) => this.#requestBody(head))
  readonly #responses = new HttpFraming((head) => this.#responseBody(head))
  /** For each unanswered request, whether its answer has no body whatever its head says. */
  readonly #pendingHead: boolean[] = []
  #held: Buffer[] = []
  #heldBytes = 0

  get heldBytes(): number {
    return this.#heldBytes
  }

  /** The client's bytes: only looked at, to know which answers are to HEAD. */
  request(bytes: Buffer): void {
    if (!this.#responses.tunnel) this.#requests.feed(bytes)
  }

  /** The server's bytes come; what is to be passed on now goes out. `limitBytes` null holds nothing. */
  response(bytes: Buffer, limitBytes: number | null): Buffer[] {
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

  /** All that is held. */
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
