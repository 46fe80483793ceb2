const HEAD_END = '\r\n\r\n'
const LENGTH = /\r\ncontent-length: *(\d+)/i
const CHUNKED = /\r\ntransfer-encoding: *chunked/i

/** An HTTP/1.1 response in a buffer. A chunked body still contains the chunk sizes. */
export interface Answer {
  status: number
  head: string
  bytes: Buffer
  bodyFrom: number
  bodyTo: number
}

/** @returns null when the response is not complete */
export function readAnswer(bytes: Buffer, from: number, to: number): Answer | null {
  const headEnd = bytes.indexOf(HEAD_END, from, 'latin1')
  // Beyond `to` the buffer holds bytes of earlier reads.
  if (headEnd < 0 || headEnd + HEAD_END.length > to) return null
  const head = bytes.toString('latin1', from, headEnd)
  const status = Number(head.slice(9, 12))
  const bodyFrom = headEnd + HEAD_END.length
  const bodyTo = hasNoBody(status) ? bodyFrom : endOfBody(head, bytes, bodyFrom, to)
  return bodyTo === null || bodyTo > to ? null : { status, head, bytes, bodyFrom, bodyTo }
}

const hasNoBody = (status: number): boolean => status < 200 || status === 204 || status === 304

function endOfBody(head: string, bytes: Buffer, from: number, to: number): number | null {
  const length = LENGTH.exec(head)?.[1]
  if (length !== undefined) return from + Number(length)
  return CHUNKED.test(head) ? endOfChunks(bytes, from, to) : from
}

function endOfChunks(bytes: Buffer, from: number, to: number): number | null {
  for (let at = from; ;) {
    const lineEnd = bytes.indexOf('\r\n', at, 'latin1')
    if (lineEnd < 0 || lineEnd + 2 > to) return null
    const length = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16)
    if (Number.isNaN(length)) throw new Error('not a chunk')
    at = lineEnd + 2 + length + 2
    if (at > to) return null
    if (length === 0) return at
  }
}

/** The value of a header, or an empty string. @param name in lower case */
export function headerOf({ head }: Answer, name: string): string {
  const start = head.toLowerCase().indexOf(`\r\n${name}:`)
  if (start < 0) return ''
  const end = head.indexOf('\r\n', start + 2)
  return head.slice(start + name.length + 3, end < 0 ? undefined : end).trim()
}

export const bodyOf = ({ bytes, bodyFrom, bodyTo }: Answer): string => bytes.toString('latin1', bodyFrom, bodyTo)
