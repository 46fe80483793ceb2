/** The claims of the tutorials about polling, long polling and WebSocket, and the experiment that tests each. */
import type { Language } from '../i18n/i18n.ts'
import type { ClaimVerdict } from './lesson.ts'
import type { LessonResult } from './result.ts'

interface ClaimTexts {
  /** In our words. */
  claim: string
  /** What is right about it, and what is not, as far as theory says. Without figures: those come from a run. */
  comment: string
}

export interface Claim {
  id: string
  /** Id of the experiment that tests it. */
  lesson: string
  texts: Readonly<Record<Language, ClaimTexts>>
}

export const CLAIMS: readonly Claim[] = [
  {
    id: 'connection-per-request',
    lesson: 'poll-connections',
    texts: {
      en: {
        claim: 'Polling opens a new TCP connection for each request.',
        comment:
          'HTTP/1.1 keeps a connection for the next request. A new one is opened when the interval is longer than the time for which it is kept.',
      },
      'zh-CN': {
        claim: '轮询的每次请求都要新建一条 TCP 连接。',
        comment: 'HTTP/1.1 会把连接留给下一个请求。只有间隔比保留时间长，才会新建。',
      },
    },
  },
  {
    id: 'websocket-always-faster',
    lesson: 'push-latency',
    texts: {
      en: {
        claim: 'WebSocket is far faster than polling in every case.',
        comment:
          'It has the latency of any push. A long poll in a quiet room is as fast; against a short poll it saves half of the interval.',
      },
      'zh-CN': {
        claim: 'WebSocket 在任何情况下都比轮询快得多。',
        comment: '它的延迟就是推送的延迟。安静房间里的长轮询一样快；和短轮询相比，省下半个间隔。',
      },
    },
  },
  {
    id: 'long-poll-is-silent',
    lesson: 'quiet-room',
    texts: {
      en: {
        claim: 'A long poll sends nothing as long as there are no messages.',
        comment:
          'The server cannot hold a request for ever: it sends an empty answer at the end of each hold, and the client asks again.',
      },
      'zh-CN': {
        claim: '没有消息时，长轮询不产生任何流量。',
        comment: '服务器不能永远挂起请求：每次到时间就给一个空响应，客户端再问一次。',
      },
    },
  },
  {
    id: 'long-poll-fewer-requests',
    lesson: 'request-rates',
    texts: {
      en: {
        claim: 'Long polling needs far fewer requests than short polling.',
        comment:
          'In a quiet room it does. In a busy one it sends a request for almost each message, and a short poll sends one for each interval.',
      },
      'zh-CN': {
        claim: '长轮询的请求数远少于短轮询。',
        comment: '安静的房间里是这样。热闹的房间里几乎每条消息一个请求，而短轮询每个间隔只有一个。',
      },
    },
  },
  {
    id: 'headers-dwarf-payload',
    lesson: 'message-bytes',
    texts: {
      en: {
        claim: 'HTTP headers are many times larger than the message.',
        comment:
          'For a single message on HTTP/1.1 they are. A batch shares them among its messages, and HTTP/2 compresses them.',
      },
      'zh-CN': {
        claim: 'HTTP 头部比消息本身大许多倍。',
        comment: 'HTTP/1.1 上单独传一条消息时确实如此。成批的消息分摊头部，HTTP/2 会压缩头部。',
      },
    },
  },
  {
    id: 'thread-per-connection',
    lesson: 'idle-connections',
    texts: {
      en: {
        claim: 'Each connection that stays open occupies a thread of the server.',
        comment:
          'That is a property of some servers, and not of the transport. Here one thread serves all, and a waiting connection costs memory only.',
      },
      'zh-CN': {
        claim: '每条长连接都要占用服务器的一个线程。',
        comment: '这是某些服务器的特点，不是传输方式的特点。这里一个线程管所有连接，等待的连接只占内存。',
      },
    },
  },
  {
    id: 'two-byte-header',
    lesson: 'frame-heads',
    texts: {
      en: {
        claim: 'The header of a WebSocket frame has 2 bytes.',
        comment:
          'It has 2 to 14: the length needs more from 126 bytes of content on, and frames from a browser have a mask.',
      },
      'zh-CN': {
        claim: 'WebSocket 的帧头只有 2 字节。',
        comment: '是 2 到 14 字节：内容从 126 字节起需要更长的长度字段，浏览器发出的帧还有掩码。',
      },
    },
  },
  {
    id: 'no-cross-origin-limits',
    lesson: 'preflights',
    texts: {
      en: {
        claim: 'WebSocket has no cross-origin restrictions, and that is an advantage.',
        comment:
          'The browser does not ask first, and that is the hole: the server itself has to check Origin, or any site can connect in the name of your users.',
      },
      'zh-CN': {
        claim: 'WebSocket 没有跨域限制，这是优点。',
        comment: '浏览器确实不先问。漏洞正在这里：服务器必须自己核对 Origin，否则任何网站都能以你的用户的名义连接。',
      },
    },
  },
]

/** What this browser's newest run of the experiment says about the claim; null without a run. */
export const claimVerdictOf = (
  { lesson }: Claim,
  results: Readonly<Partial<Record<string, LessonResult>>>,
): ClaimVerdict | null => results[lesson]?.claim ?? null

/** The claims that an experiment tests. */
export const claimsOf = (lessonId: string): Claim[] => CLAIMS.filter(({ lesson }) => lesson === lessonId)
