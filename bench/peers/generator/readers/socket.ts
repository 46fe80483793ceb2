import { readHead } from '../../../load/http1-reader.ts'
import { dial } from '../connection.ts'
import { clientFrame, CLOSE, PING, PONG, readFrames, TEXT } from '../../../load/websocket-frames.ts'
import { scan } from '../marker.ts'
import { upgradeRequest } from '../requests.ts'
import type { Reader, ReaderContext } from './reader.ts'

type Send = (text: string) => void

interface SocketEvents {
  opened?: (send: Send) => void
  /** Called for a text frame without a message. */
  control?: (text: string, send: Send) => void
}

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
      const head = readHead(bytes, from, to)
      if (!head) return from
      if (head.status !== 101) context.failed(`answered ${head.status}, not upgraded`)
      isUpgraded = true
      opened?.(send)
      return readFrames(bytes, head.end, to, frame)
    },
    ended: context.failed,
  })
  return { close: connection.close }
}
