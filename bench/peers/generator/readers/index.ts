import { longPoll, shortPoll } from './cursor-poll.ts'
import { fayePolling } from './faye-polling.ts'
import { fayeWebsocket } from './faye-websocket.ts'
import { nchanLongPoll, nchanShortPoll } from './nchan-poll.ts'
import type { OpenReader } from './reader.ts'
import { socketIoPolling } from './socket-io-polling.ts'
import { socketIoWebsocket } from './socket-io-websocket.ts'
import { sockjsPolling } from './sockjs-polling.ts'
import { sockjsStreaming } from './sockjs-streaming.ts'
import { sockjsWebsocket } from './sockjs-websocket.ts'
import { stream } from './stream.ts'
import { websocket } from './websocket.ts'

export const READERS = {
  websocket,
  stream,
  'long-poll': longPoll,
  'short-poll': shortPoll,
  'socket-io-websocket': socketIoWebsocket,
  'socket-io-polling': socketIoPolling,
  'sockjs-websocket': sockjsWebsocket,
  'sockjs-streaming': sockjsStreaming,
  'sockjs-polling': sockjsPolling,
  'faye-websocket': fayeWebsocket,
  'faye-polling': fayePolling,
  'nchan-long-poll': nchanLongPoll,
  'nchan-short-poll': nchanShortPoll,
} as const satisfies Record<string, OpenReader>

export type ProtocolName = keyof typeof READERS
