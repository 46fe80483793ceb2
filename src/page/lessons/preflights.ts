import type { TransportName } from '../../transports.ts'
import { exactly } from './estimates.ts'
import type { Findings, Lesson } from './lesson.ts'
import type { Point } from './point.ts'
import { textOf } from './unit.ts'

/** A link is another origin for the page: another port of the same host. */
const PROFILE = 'local'
const TRANSPORTS = ['short-poll', 'long-poll', 'sse', 'http-stream', 'websocket'] as const satisfies TransportName[]
const SECONDS = 4
const POLL_MS = 500

const valueOf = ({ points }: Findings, transport: TransportName): number | undefined =>
  points.find(({ x }) => TRANSPORTS[x] === transport)?.value

export const preflights: Lesson = {
  id: 'preflights',
  needs: [PROFILE],
  parameters: [],
  chart: () => ({
    x: { categories: TRANSPORTS },
    y: { scale: 'linear', from: 0, to: 4, ticks: [0, 1, 2, 3, 4], unit: 'count' },
  }),
  prediction: () => ({ kind: 'choice', options: ['none', 'http', 'all'] }),
  // How often a browser asks depends on its cache: the model says whether it asks.
  curves: () => [{ series: 'asked', at: (x) => (TRANSPORTS[x] === 'websocket' ? 0 : 1) }],
  limitations: (_settings, { profiles }) => (profiles.includes(PROFILE) ? ['origin'] : ['noLinks', 'origin']),
  durationMs: () => SECONDS * 1000 + 700,
  survivesNoise: true,
  run: async function* (context) {
    if (!context.place.profiles.includes(PROFILE)) return
    const room = context.newRoom()
    const readers = await Promise.all(
      TRANSPORTS.map((transport) =>
        context.openReader({ room, transport, tuning: { intervalMs: POLL_MS, holdMs: 2000 } }),
      ),
    )
    // The server records requests from now on, so the first one to the other origin is among them.
    for (const [index, { member }] of readers.entries())
      member.connectOver(context.netOver(PROFILE, 1 + index) ?? context.direct)
    const points = (): Point[] =>
      readers.map((reader, x) => {
        const records = [...reader.records.values()]
        const asked = records.filter((record) => record.type === 'request' && record.kind === 'preflight').length
        const model = reader.transport === 'websocket' ? 0 : 1
        return { series: 'asked', x, tolerance: model === 0 || asked === 0 ? 0 : asked, ...exactly(asked, model, 1) }
      })
    yield* context.elapse(SECONDS * 1000, points)
  },
  answer: ({ points }) => {
    if (points.length === 0) return null
    const asking = points.filter(({ value }) => value > 0).map(({ x }) => TRANSPORTS[x])
    if (asking.length === 0) return 'none'
    return asking.includes('websocket') ? 'all' : 'http'
  },
  judgeClaim: (findings) => {
    const socket = valueOf(findings, 'websocket')
    const poll = valueOf(findings, 'short-poll')
    return socket === undefined || poll === undefined
      ? 'open'
      : socket === 0 && poll > 0
        ? 'holds in part'
        : 'does not hold'
  },
  hues: { asked: 'http-stream' },
  texts: {
    en: {
      question: 'Does the browser ask before it connects to another origin?',
      claim: 'WebSocket has no cross-origin restrictions, which is one of its advantages.',
      what: () =>
        `Five transports read a room over a link, which is another origin for this page: the same host, another port. The server counts the preflights for ${SECONDS} s: requests by which the browser asks whether this page may send the next one.`,
      x: 'transport',
      y: 'preflights',
      names: { asked: 'preflights' },
      parameters: {},
      predict: 'For which transports does the browser ask the other origin first?',
      options: {
        none: 'For none: both are the same server',
        http: 'For all that use HTTP, and not for WebSocket',
        all: 'For all of them',
      },
      finding: (findings) => {
        const socket = valueOf(findings, 'websocket')
        const poll = valueOf(findings, 'short-poll')
        if (socket === undefined || poll === undefined) return 'No request was counted.'
        return `Preflights for a short poll with a token: ${textOf(poll, 'count')}. For the WebSocket: ${textOf(socket, 'count')}.`
      },
      why: [
        'For HTTP, the browser enforces CORS: it asks the other origin before a request with a token, and hides answers that the other origin does not release. For a WebSocket it does neither. It opens the socket for any page, with the cookies of the user, and only adds the header Origin.',
        'So the first half of the claim is true, and the second is not. It is a hole, and no advantage: any site could open a socket to your server in the name of your user. The server has to compare Origin with its own name. This one does, and refuses others with 403.',
      ],
      changes:
        'A server that does not check Origin lets every page in (cross-site WebSocket hijacking). A token that is not a cookie protects, too, since another page does not have it.',
      limitations: {
        noLinks: 'This page reaches no link, which would be another origin: nothing is measured here.',
        origin:
          'A page cannot pretend to be of another origin, so the refusal itself is shown by a program: curl -i -H "Origin: https://example.org" -H "Connection: Upgrade" -H "Upgrade: websocket" -H "Sec-WebSocket-Version: 13" -H "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==" with the address of a room’s /websocket.',
      },
    },
    'zh-CN': {
      question: '连接另一个源之前，浏览器会先问吗？',
      claim: 'WebSocket 没有跨域限制，这是它的优点。',
      what: () =>
        `五种传输方式经一条链路读一个房间。对本页面来说，链路是另一个源：主机相同，端口不同。服务器在 ${SECONDS} 秒内数出预检请求，也就是浏览器先问“这个页面可以发下一个请求吗”的次数。`,
      x: '传输方式',
      y: '预检请求',
      names: { asked: '预检请求' },
      parameters: {},
      predict: '浏览器会为哪些传输方式先问另一个源？',
      options: { none: '都不问，是同一台服务器', http: '用 HTTP 的都问，WebSocket 不问', all: '全部都问' },
      finding: (findings) => {
        const socket = valueOf(findings, 'websocket')
        const poll = valueOf(findings, 'short-poll')
        if (socket === undefined || poll === undefined) return '没有统计到请求。'
        return `带令牌的短轮询请求之前，浏览器问了 ${textOf(poll, 'count')} 次；WebSocket 之前问了 ${textOf(socket, 'count')} 次。`
      },
      why: [
        '对 HTTP，浏览器执行 CORS：带令牌的请求之前先问另一个源，对方没有放行的响应不给页面看。对 WebSocket 两样都不做：任何页面都能打开套接字，还带上用户的 Cookie，只是加一个 Origin 头。',
        '所以这句话前半句对，后半句不对。这是漏洞，不是优点：任何网站都能以你的用户的名义连到你的服务器。服务器必须核对 Origin。本服务器会核对，不符的以 403 拒绝。',
      ],
      changes:
        '不核对 Origin 的服务器等于放进所有页面（跨站 WebSocket 劫持）。不用 Cookie 而用令牌也能防护，因为别的页面拿不到令牌。',
      limitations: {
        noLinks: '此页面连不上链路，没有另一个源：这里没有实测。',
        origin:
          '页面不能冒充另一个源，拒绝本身要用程序看：curl -i -H "Origin: https://example.org" -H "Connection: Upgrade" -H "Upgrade: websocket" -H "Sec-WebSocket-Version: 13" -H "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="，后接某个房间的 /websocket 地址。',
      },
    },
  },
}
