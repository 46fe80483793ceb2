import { dial } from '../connection.ts'
import { clientFrame, CLOSE, PING, PONG, readFrames, TEXT } from '../frames.ts'
import { scan } from '../marker.ts'
import { upgradeRequest } from '../requests.ts'
import type { Reader, ReaderContext } from './reader.ts'

type Send = (text: string) => void

interface SocketEvents {
  opened?: (send: Send) => void
  /** Called for a text frame without a message. */
  control?: (text: string, send: Send) => void
}

const HEAD_END = '\r\n\r\n'

/** A WebSocket that counts messages and passes all other text frames to the protocol. */
export function openSocket(context: ReaderContext, path: string, { opened, control }: SocketEvents): Reader {
  let isUpgraded = false
  let current: Buffer
  const send: Send = (text) => connection.write(clientFrame(TEXT, text))
  const frame = (opcode: number, from: number, to: number): void => {
    if (opcode === TEXT) {
      const isMessage = scan(current, from, to, context.received) > from
      if (!isMessage) control?.(current.toString('latin1', from, to), send)
    } else if (opcode === PING) connection.write(clientFrame(PONG, Buffer.from(current.subarray(from, to))))
    else if (opcode === CLOSE) context.failed('the server closed the WebSocket')
  }
  const connection = dial(context.port, {
    opened: () => connection.write(upgradeRequest(path, context.headers)),
    read(bytes, from, to) {
      current = bytes
      if (isUpgraded) return readFrames(bytes, from, to, frame)
      const end = bytes.indexOf(HEAD_END, from, 'latin1')
      if (end < 0 || end + HEAD_END.length > to) return from
      const status = bytes.toString('latin1', from + 9, from + 12)
      if (status !== '101') context.failed(`answered ${status}, not upgraded`)
      isUpgraded = true
      opened?.(send)
      return readFrames(bytes, end + HEAD_END.length, to, frame)
    },
    ended: context.failed,
  })
  return { close: connection.close }
}
