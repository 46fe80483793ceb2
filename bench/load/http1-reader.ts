const HEAD_END = '\r\n\r\n'
const LINE_END = '\r\n'
const LENGTH = /\r\ncontent-length: *(\d+)/i
const CHUNKED = /\r\ntransfer-encoding: *chunked/i

/** The head of an HTTP/1.1 response in a buffer. */
export interface ResponseHead {
  status: number
  /** The status line and the headers. */
  text: string
  /** Offset of the first byte after the head. */
  end: number
}

/** A complete HTTP/1.1 response in a buffer. A chunked body still contains the chunk sizes. */
export interface Http1Response {
  status: number
  head: string
  bytes: Buffer
  headFrom: number
  bodyFrom: number
  bodyTo: number
}

/**
 * @param to end of the received bytes; the buffer may be larger
 * @returns null when the head is not complete
 */
export function readHead(bytes: Buffer, from = 0, to = bytes.length): ResponseHead | null {
  const headEnd = bytes.indexOf(HEAD_END, from, 'latin1')
  if (headEnd < 0 || headEnd + HEAD_END.length > to) return null
  const text = bytes.toString('latin1', from, headEnd)
  return { status: Number(text.slice(9, 12)), text, end: headEnd + HEAD_END.length }
}

/** @returns null when the response is not complete */
export function readResponse(bytes: Buffer, from = 0, to = bytes.length): Http1Response | null {
  const head = readHead(bytes, from, to)
  if (!head) return null
  const { status, text, end: bodyFrom } = head
  const bodyTo = hasNoBody(status) ? bodyFrom : endOfBody(text, bytes, bodyFrom, to)
  return bodyTo === null || bodyTo > to ? null : { status, head: text, bytes, headFrom: from, bodyFrom, bodyTo }
}

/** RFC 9110, section 6.4.1. */
const hasNoBody = (status: number): boolean => status < 200 || status === 204 || status === 304

function endOfBody(head: string, bytes: Buffer, from: number, to: number): number | null {
  const length = LENGTH.exec(head)?.[1]
  if (length !== undefined) return from + Number(length)
  return isChunked(head) ? endOfChunks(bytes, from, to) : from
}

export const isChunked = (head: string): boolean => CHUNKED.test(head)

function endOfChunks(bytes: Buffer, from: number, to: number): number | null {
  for (let at = from; ;) {
    const chunk = readChunk(bytes, at, to)
    if (!chunk) return null
    if (chunk.to === chunk.from) return chunk.end
    at = chunk.end
  }
}

/** One chunk of a body: its data and the offset of the first byte after the chunk. */
export interface Chunk {
  from: number
  to: number
  end: number
}

/**
 * RFC 9112, section 7.1: the size in hex, a line end, the data, a line end.
 *
 * @returns null when the chunk is not complete
 * @throws Error when the size is not a number
 */
export function readChunk(bytes: Buffer, at: number, end = bytes.length): Chunk | null {
  const sizeEnd = bytes.indexOf(LINE_END, at, 'latin1')
  if (sizeEnd < 0 || sizeEnd + LINE_END.length > end) return null
  const length = Number.parseInt(bytes.toString('latin1', at, sizeEnd), 16)
  if (Number.isNaN(length)) throw new Error('not a chunk')
  const from = sizeEnd + LINE_END.length
  const to = from + length
  return to + LINE_END.length > end ? null : { from, to, end: to + LINE_END.length }
}

/** The value of a header, or an empty string. @param name in lower case */
export function headerOf({ head }: Http1Response, name: string): string {
  const start = head.toLowerCase().indexOf(`\r\n${name}:`)
  if (start < 0) return ''
  const end = head.indexOf(LINE_END, start + LINE_END.length)
  return head.slice(start + name.length + 3, end < 0 ? undefined : end).trim()
}

export const bodyOf = ({ bytes, bodyFrom, bodyTo }: Http1Response): string => bytes.toString('utf8', bodyFrom, bodyTo)
