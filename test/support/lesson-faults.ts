/**
 * A fault for each lesson, in a server or on the way to it, in what the lesson measures. Each lesson has one: there is none for which no
 * fault can be planted.
 */
import type { Page } from 'playwright-core'
import { onTestFinished } from 'vitest'
import { openLink } from '../../src/link/link.ts'
import type { VerdictReason } from '../../src/page/lessons/verdict.ts'
import type { About, Batch } from '../../src/protocol.ts'
import { openFaultyProxy, type ProxyFaults } from './faulty-proxy.ts'
import { fragmentFrames } from './fragmented-frames.ts'
import { openLateAnswers } from './late-answers.ts'
import { startPlayground, type TestPlayground } from './playground.ts'

/** Where a page of the broken world is loaded from, and what is done before. */
export interface BrokenWorld {
  base: string
  prepare?: (page: Page) => Promise<void>
}

export interface LessonFault {
  lesson: string
  /** What is broken: "does not agree when …". */
  when: string
  /** Settings with which the fault shows in the shortest time. */
  settings: string
  /** Why the verdict is "does not agree". */
  reasons: readonly VerdictReason[]
  /** Each run of the tests has it; together these take less than a minute. */
  isShort?: true
  plant: () => Promise<BrokenWorld>
}

/** A server without links behind a proxy with these faults. */
async function behindProxy(faults: ProxyFaults): Promise<BrokenWorld> {
  const { port } = await startPlayground({ links: 'off' })
  return { base: `http://127.0.0.1:${await openFaultyProxy({ port }, faults)}` }
}

async function withLateAnswers(path: RegExp, delayMs: number): Promise<BrokenWorld> {
  const { port } = await startPlayground({ links: 'off' })
  return { base: await openLateAnswers(port, path, delayMs) }
}

const onServer = async (config: Parameters<typeof startPlayground>[0]): Promise<BrokenWorld> => {
  const { base } = await startPlayground(config)
  return { base }
}

/**
 * A server whose links with this profile are replaced.
 *
 * @param replaced the port of the replacement of a link, from its port and its number; null keeps the link
 */
async function overLinks(
  profile: string,
  replaced: (port: number, index: number, playground: TestPlayground) => Promise<number> | null,
): Promise<BrokenWorld> {
  const playground = await startPlayground()
  const about = (await (await fetch(`${playground.base}/about`)).json()) as About
  let count = 0
  const links = await Promise.all(
    about.links.map(async (link) => {
      if (link.profile !== profile) return link
      return { ...link, port: (await replaced(link.port, count++, playground)) ?? link.port }
    }),
  )
  const prepare = async (page: Page): Promise<void> => {
    await page.route('**/about', (route) => route.fulfill({ json: { ...about, links } }))
  }
  return { base: playground.base, prepare }
}

/** The server knows its own links only by their ports. */
const asLink = (port: number): string => `127.0.0.1:${port}`

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

export const LESSON_FAULTS: readonly LessonFault[] = [
  {
    lesson: 'poll-latency',
    when: 'the answers of polls are 150 ms late',
    settings: 'seconds=6',
    reasons: ['apart'],
    isShort: true,
    plant: () => withLateAnswers(/\/short-poll/, 150),
  },
  {
    lesson: 'wasted-polls',
    when: 'a proxy repeats empty answers for a second',
    settings: 'seconds=20&interval=250',
    reasons: ['apart'],
    plant: () => {
      const emptyUntilMs = new Map<string, number>()
      return behindProxy({
        before: ({ url = '' }, response) => {
          const isCached = (emptyUntilMs.get(url) ?? 0) > performance.now()
          if (isCached) response.writeHead(204).end()
          return isCached
        },
        answered: ({ url = '' }, status) => {
          if (url.includes('/short-poll') && status === 204) emptyUntilMs.set(url, performance.now() + 1000)
        },
      })
    },
  },
  {
    lesson: 'poll-connections',
    when: 'a proxy opens a connection for each request',
    settings: 'keepAlive=1',
    reasons: ['apart'],
    isShort: true,
    plant: () => behindProxy({ opensAlways: true }),
  },
  {
    lesson: 'push-latency',
    when: 'the answers of long polls are 100 ms late',
    settings: 'seconds=6&link=local',
    reasons: ['apart'],
    plant: () => withLateAnswers(/\/long-poll/, 100),
  },
  {
    lesson: 'request-rates',
    when: 'the server ends each hold after 200 ms',
    settings: 'seconds=6&link=local',
    reasons: ['apart'],
    plant: () => onServer({ links: 'off', hold: 200 }),
  },
  {
    lesson: 'message-bytes',
    when: 'a proxy sets a cookie that grows with each answer',
    settings: 'seconds=6&rate=5',
    reasons: ['apart'],
    plant: () => {
      let bytes = 0
      return behindProxy({
        headers: ({ url = '' }): Record<string, string> => {
          if (!url.includes('/long-poll')) return {}
          bytes = Math.min(3000, bytes + 60)
          return { 'set-cookie': `visit=${'x'.repeat(bytes)}; path=/` }
        },
      })
    },
  },
  {
    lesson: 'cursorless-poll',
    when: 'one message in 20 is missing in the answers of long polls',
    settings: 'seconds=6',
    reasons: ['lost', 'apart'],
    plant: () => {
      let messages = 0
      const isKept = ({ type }: { type: string }) => type !== 'message' || ++messages % 20 !== 0
      const body = (text: string) => {
        const batch = JSON.parse(text) as Batch
        return JSON.stringify({ ...batch, events: batch.events.filter(isKept) })
      }
      return behindProxy({ rewrite: { path: /\/long-poll/, body } })
    },
  },
  {
    lesson: 'cuts',
    when: 'the server keeps fewer messages than come in a cut',
    settings: 'rate=10&cuts=1',
    reasons: ['lost', 'apart'],
    plant: () => onServer({ retain: 10 }),
  },
  {
    lesson: 'seventh-request',
    when: 'the server answers four streams at a time',
    settings: 'hold=1',
    reasons: ['apart'],
    plant: () => {
      let open = 0
      const waiting: (() => void)[] = []
      const take = () => {
        if (open < 4) open += 1
        else return new Promise<void>((resolve) => waiting.push(resolve))
        return Promise.resolve()
      }
      const release = () => {
        const next = waiting.shift()
        if (next) next()
        else open -= 1
      }
      return behindProxy({
        before: async ({ url = '' }, response) => {
          if (!url.endsWith('/http-stream')) return false
          await take()
          if (response.destroyed) release()
          else response.on('close', release)
          return false
        },
      })
    },
  },
  {
    lesson: 'reconnects',
    when: 'one of three servers lets its clients in a second late',
    settings: 'cuts=1',
    reasons: ['apart'],
    plant: () => {
      const before = () => sleep(1000).then(() => false)
      return overLinks('tunnel', (port, index) =>
        index % 3 === 0 ? openFaultyProxy({ port, host: asLink(port) }, { before }) : null,
      )
    },
  },
  {
    lesson: 'live-switch',
    when: 'a frame of each WebSocket is dropped',
    settings: 'step=0.3&link=local',
    reasons: ['lost', 'apart'],
    isShort: true,
    plant: async () => ({ ...(await onServer({ links: 'off' })), prepare: dropFrames }),
  },
  {
    lesson: 'buffering',
    when: 'the proxy holds four times as much',
    settings: 'seconds=6&rate=60&size=1000',
    reasons: ['apart'],
    plant: () =>
      overLinks('buffering', async (port, _, { port: to }) => {
        const link = await openLink({ to: { port: to }, profile: { bufferBytes: 4 * 16_384 } })
        onTestFinished(() => link.close())
        return openFaultyProxy({ port: link.port, host: asLink(port) }, {})
      }),
  },
  {
    lesson: 'tokens',
    when: 'the answers of long polls are 200 ms late',
    settings: 'seconds=6',
    reasons: ['apart'],
    plant: () => withLateAnswers(/\/long-poll/, 200),
  },
  {
    lesson: 'quiet-room',
    when: 'the server ends each hold after 300 ms',
    settings: 'seconds=10',
    reasons: ['apart'],
    plant: () => onServer({ links: 'off', hold: 300 }),
  },
  {
    lesson: 'frame-heads',
    when: 'a proxy divides each frame of the browser into two',
    settings: '',
    reasons: ['apart'],
    isShort: true,
    plant: () => behindProxy({ upgradedUp: fragmentFrames }),
  },
  {
    lesson: 'idle-connections',
    when: 'a request takes a millisecond longer for each open socket',
    settings: 'sockets=40',
    reasons: ['apart'],
    plant: () => {
      let sockets = 0
      const upgradedUp = () => {
        sockets += 1
        return (chunk: Buffer) => chunk
      }
      const before = ({ url = '' }) => (url.endsWith('/members') ? sleep(sockets).then(() => false) : false)
      return behindProxy({ upgradedUp, before })
    },
  },
  {
    lesson: 'preflights',
    when: 'a proxy answers the preflights',
    settings: '',
    reasons: ['apart'],
    isShort: true,
    plant: () =>
      overLinks('local', (port) =>
        openFaultyProxy(
          { port, host: asLink(port) },
          {
            before: ({ method, headers }, response) => {
              if (method !== 'OPTIONS') return false
              response
                .writeHead(204, {
                  'access-control-allow-origin': headers.origin ?? '*',
                  'access-control-allow-methods': 'GET, POST, PATCH, DELETE',
                  'access-control-allow-headers': headers['access-control-request-headers'] ?? '',
                })
                .end()
              return true
            },
          },
        ),
      ),
  },
]

/**
 * The first batch with a message on each WebSocket does not reach the page. Acknowledgements and meters do. A later batch would not
 * come on a busy machine before the page leaves the WebSocket.
 */
async function dropFrames(page: Page): Promise<void> {
  await page.routeWebSocket(/\/websocket/, (socket) => {
    const server = socket.connectToServer()
    let hasDropped = false
    server.onMessage((message) => {
      const isFirst = !hasDropped && /^\{"type":"batch".*"type":"message"/s.test(String(message))
      if (isFirst) hasDropped = true
      else socket.send(message)
    })
  })
}
