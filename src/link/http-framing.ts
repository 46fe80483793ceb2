/** The body of a message: a number of bytes, chunks, all bytes until the end, or another protocol. */
export type Body = number | 'chunked' | 'until-end' | 'tunnel'

/** The first line of a message, and its fields. `field` takes a name in lower case. */
export interface Head {
  startLine: string
  field: (name: string) => string | undefined
}

/** A longer head is not parsed as HTTP. */
const MAX_HEAD_CHARACTERS = 65_536

type State = 'head' | 'counted' | 'chunk-size' | 'chunk' | 'trailers' | 'until-end'

/**
 * Finds where the HTTP/1.1 messages of one direction end (RFC 9112, section 6). It never changes a byte. Bytes that it cannot
 * parse count as one message that lasts until the connection ends.
 */
export class HttpFraming {
  /** Whether the connection has switched to another protocol, as for a WebSocket. */
  tunnel = false

  readonly #bodyOf: (head: Head) => Body
  #state: State = 'head'
  #line = ''
  #lines: string[] = []
  #headCharacters = 0
  #bytesLeft = 0

  constructor(bodyOf: (head: Head) => Body) {
    this.#bodyOf = bodyOf
  }

  /** Returns the offset after the last message that ends in `bytes`; 0 if none does. */
  feed(bytes: Buffer): number {
    let at = 0
    let complete = 0
    while (at < bytes.length && this.#state !== 'until-end') {
      const ended =
        this.#state === 'counted' || this.#state === 'chunk' ? this.#skip(bytes.length - at) : this.#read(bytes, at)
      at += ended.used
      if (ended.message) complete = at
    }
    return complete
  }

  #skip(available: number): { used: number; message: boolean } {
    const used = Math.min(available, this.#bytesLeft)
    this.#bytesLeft -= used
    if (this.#bytesLeft > 0) return { used, message: false }
    const message = this.#state === 'counted'
    this.#state = message ? 'head' : 'chunk-size'
    return { used, message }
  }

  #read(bytes: Buffer, at: number): { used: number; message: boolean } {
    const newline = bytes.indexOf(10, at)
    const stop = newline < 0 ? bytes.length : newline + 1
    this.#line += bytes.toString('latin1', at, stop)
    let message = false
    if (this.#line.length + this.#headCharacters > MAX_HEAD_CHARACTERS) this.#state = 'until-end'
    else if (newline >= 0) {
      const line = this.#line.trimEnd()
      this.#line = ''
      message = this.#handleLine(line)
    }
    return { used: stop - at, message }
  }

  /** Handles a line. Returns true if the line completes a message. */
  #handleLine(line: string): boolean {
    switch (this.#state) {
      case 'head':
        // Empty lines before a message are allowed (RFC 9112, section 2.2).
        if (line === '') return this.#lines.length > 0 && this.#handleHead()
        this.#lines.push(line)
        this.#headCharacters += line.length
        return false
      case 'chunk-size': {
        const size = /^[0-9a-f]{1,12}(?=$|[;\s])/i.exec(line)?.[0]
        const length = size === undefined ? NaN : parseInt(size, 16)
        this.#state = length === 0 ? 'trailers' : length > 0 ? 'chunk' : 'until-end'
        // The line break behind the chunk is skipped with it.
        this.#bytesLeft = length + 2
        return false
      }
      case 'trailers':
        if (line !== '') return false
        this.#state = 'head'
        return true
      default:
        return false
    }
  }

  #handleHead(): boolean {
    const [startLine = '', ...fields] = this.#lines
    this.#lines = []
    this.#headCharacters = 0
    const field = (name: string): string | undefined => {
      const values = fields.filter((line) => line.toLowerCase().startsWith(`${name}:`))
      return values.length === 0 ? undefined : values.map((line) => line.slice(name.length + 1).trim()).join(', ')
    }
    const body = this.#bodyOf({ startLine, field })
    this.tunnel = body === 'tunnel'
    if (body === 'chunked') this.#state = 'chunk-size'
    else if (typeof body === 'number' && body > 0) {
      this.#state = 'counted'
      this.#bytesLeft = body
    } else this.#state = body === 0 ? 'head' : 'until-end'
    return body === 0
  }
}

/** The body that the fields of the head announce; `otherwise` if they announce none. */
export function announcedBody(head: Head, otherwise: Body): Body {
  const coding = head.field('transfer-encoding')
  if (coding !== undefined) return /(^|,)\s*chunked$/i.test(coding) ? 'chunked' : 'until-end'
  const length = head.field('content-length')
  if (length === undefined) return otherwise
  return /^\d{1,15}$/.test(length) ? Number(length) : 'until-end'
}
