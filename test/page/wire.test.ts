import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { post } from '../../src/client/transports/http.ts'
import { transports } from '../../src/client/transports/index.ts'
import { recordedPath, type TraceRecord } from '../../src/meter.ts'
import { TRANSPORTS, type TransportName } from '../../src/protocol.ts'
import { Visitor } from '../support/browser.ts'
import { LONG } from '../support/long.ts'
import { draft, person, startPlayground, type Person } from '../support/playground.ts'
import { sharedBrowser } from '../support/shared-browser.ts'

const browser = await sharedBrowser()

const never = new AbortController().signal

/** Rows of the list, as they say themselves. */
interface RowState {
  way: string | null
  name: string | null
  isLit: boolean
  transport: string | null
}

const wireRows = (page: Page) => page.getByRole('listbox').getByRole('option')
const readoutOf = (page: Page) => page.getByRole('group', { name: 'Details and reason' })

const rows = (page: Page): Promise<RowState[]> =>
  wireRows(page).evaluateAll((elements) =>
    elements.map((element) => ({
      way: element.getAttribute('data-way'),
      name: element.getAttribute('data-name'),
      isLit: element.getAttribute('aria-current') === 'true',
      transport: element.getAttribute('data-transport'),
    })),
  )

const lit = async (page: Page): Promise<string[]> =>
  (await rows(page)).filter(({ isLit }) => isLit).map(({ way, name }) => `${way} ${name}`)

describe('a followed message', () => {
  interface Expected {
    /** What it takes to say a message, and to bring it. */
    said: string[]
    brought: string[]
  }

  /** In the words of each kind of line. */
  const expected = (transport: TransportName): Expected => {
    if (transports[transport].carrier === 'WebSocket') {
      return { said: ['up message', 'down ack'], brought: ['down batch'] }
    }
    const said = ['up POST', 'down 201']
    return { said, brought: [transports[transport].mode === 'streaming' ? 'down batch' : 'down 200'] }
  }

  async function follow(ada: Visitor, ben: Person, { said, brought }: Expected): Promise<void> {
    await ada.say('from me')
    await expect.poll(() => ada.texts()).toEqual(['from me'])
    await post(ben.context, draft('from ben'), never)
    await expect.poll(() => ada.texts()).toEqual(['from me', 'from ben'])
    await ada.say('once more')
    await expect.poll(() => ada.texts()).toEqual(['from me', 'from ben', 'once more'])

    await ada.messages.filter({ hasText: 'from me' }).click()
    await expect.poll(async () => (await lit(ada.page)).sort()).toEqual([...said, ...brought].sort())
    await expect.poll(() => readoutOf(ada.page).textContent()).toMatch(/Path of #\d+/)

    // By keyboard: from the log to the newest message, one up, and Enter.
    await ada.log.focus()
    await ada.page.keyboard.press('Enter')
    await ada.page.keyboard.press('ArrowUp')
    await ada.page.keyboard.press('Enter')
    await expect.poll(() => lit(ada.page)).toEqual(brought)
    await ada.page.keyboard.press('Enter')
    await expect.poll(() => lit(ada.page)).toEqual([])
    expect(ada.browserErrors).toEqual([])
  }

  it.each(TRANSPORTS)(
    'highlights exactly its arrows on %s, for its sender and for a reader',
    { ...LONG, timeout: 180_000 },
    async (transport) => {
      const playground = await startPlayground()
      const ada = await Visitor.enter(browser, playground.base)
      await ada.use(transport)
      if (transport === 'socket-io') {
        // It goes over to its socket by two frames that say nothing: a probe, and a word that this is the line now.
        const others = async () => (await rows(ada.page)).filter(({ way, name }) => way === 'up' && name === 'other')
        await expect.poll(others).toHaveLength(2)
        await expect.poll(() => ada.statusLights()).toEqual(['WebSocket', 'streaming'])
      }
      await follow(ada, await person(playground), expected(transport))
    },
  )

  it(
    'highlights exactly its arrows while Socket.IO polls, where another request’s answer acknowledges the post',
    { ...LONG, timeout: 180_000 },
    async () => {
      const playground = await startPlayground()
      const ada = await Visitor.enter(browser, playground.base)
      await ada.page.routeWebSocket(/socket-io/, (socket) => socket.close())
      await ada.page.reload()
      /** Bodies of the page's requests, each noted when its answer is read. */
      const crossed = new Map<string, { up: string; down: string }>()
      ada.page.on('requestfinished', (request) => {
        const { pathname, search } = new URL(request.url())
        if (!pathname.endsWith('/socket-io')) return
        const up = request.postData() ?? ''
        const note = (down: string) => crossed.set(recordedPath(pathname + search), { up, down })
        void request.response().then(async (response) => note((await response?.text()) ?? ''))
      })
      await ada.use('socket-io')
      await follow(ada, await person(playground), { said: ['up POST', 'down 200'], brought: ['down 200'] })
      await ada.messages.filter({ hasText: 'once more' }).click()
      await expect.poll(() => lit(ada.page)).toHaveLength(3)
      expect(await ada.statusLights()).toEqual(['HTTP', 'held'])

      const { items, messages } = JSON.parse(await exported(ada, 'JSON')) as Exported
      const requests = items.flatMap(({ record, arrows }) =>
        record?.type === 'request' && record.transport === 'socket-io' && record.isOver ? [{ ...record, arrows }] : [],
      )
      const named = () => {
        const noted = requests.filter(({ path }) => crossed.has(path))
        const up = noted.flatMap(({ posts = [] }) => posts).length
        return { up, down: noted.flatMap(({ brings = [], acks = [] }) => [...brings, ...acks]).length }
      }
      await expect.poll(named).toEqual({ up: 2, down: 5 })
      for (const { path, posts = [], brings = [], acks = [], arrows } of requests) {
        // Both ends of each are known: the page's and the server's.
        expect(arrows, path).toEqual([
          { way: 'up', leftAt: expect.any(Number) as number, arrivedAt: expect.any(Number) as number },
          { way: 'down', leftAt: expect.any(Number) as number, arrivedAt: expect.any(Number) as number },
        ])
        const bodies = crossed.get(path)
        if (!bodies) continue
        const within = (body: string) => messages.map(({ id }) => id).filter((id) => body.includes(id))
        expect(posts, path).toEqual(within(bodies.up))
        expect([...brings, ...acks], path).toEqual(within(bodies.down))
      }
    },
  )
})

interface Exported {
  items: { record: TraceRecord | null; arrows: { way: string; leftAt: number | null; arrivedAt: number | null }[] }[]
  messages: { id: string }[]
}

async function exported({ page }: Visitor, format: 'SVG' | 'JSON'): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: new RegExp(format) }).click(),
  ])
  return readFile(await download.path(), 'utf8')
}

/** ms. Chromium drops a download, without an error, when there were ten in the last second: no person is so quick. */
const SELDOM = { interval: 400 }

/** The requests of a transport that have an answer with this status, as the page exports them. */
async function requestsOf(visitor: Visitor, transport: TransportName, status: number): Promise<Exported['items']> {
  const { items } = JSON.parse(await exported(visitor, 'JSON')) as Exported
  return items.filter(
    ({ record }) => record?.type === 'request' && record.transport === transport && record.status === status,
  )
}

describe('an empty answer', () => {
  it.each([
    ['short-poll', 204],
    ['snapshot-poll', 304],
    ['long-poll', 204],
  ] as const)('of %s, %i, is drawn from the server to the page', LONG, async (transport, status) => {
    const playground = await startPlayground({ hold: 200 })
    const ada = await Visitor.enter(browser, playground.base)
    await ada.use(transport)
    const whole = [
      { way: 'up', leftAt: expect.any(Number) as number, arrivedAt: expect.any(Number) as number },
      { way: 'down', leftAt: expect.any(Number) as number, arrivedAt: expect.any(Number) as number },
    ]
    // The record of an answer may come before its end is seen.
    const first = () =>
      requestsOf(ada, transport, status).then((found) => found.slice(0, 2).map(({ arrows }) => arrows))
    await expect.poll(first, SELDOM).toEqual([whole, whole])
    expect(ada.browserErrors).toEqual([])
  })
})

/** Rows of the list with this fault, by their names. */
const faults = async (page: Page): Promise<string[]> =>
  wireRows(page).evaluateAll((elements) =>
    elements.flatMap((element) => {
      const fault = element.getAttribute('data-fault')
      return fault === null ? [] : [`${fault} ${element.getAttribute('data-way')} ${element.getAttribute('data-name')}`]
    }),
  )

/** The list behind the drawing is for the keyboard; as a table it is for the mouse, too. */
const asTable = ({ page }: Visitor) => page.getByRole('button', { name: 'Table' }).click()

describe('what goes wrong on the wire', () => {
  it('is a failed attempt for each request that a server which is away does not answer', async () => {
    const playground = await startPlayground()
    const ada = await Visitor.enter(browser, playground.base)
    await ada.use('long-poll')
    await expect.poll(() => playground.rooms.get('lobby').log.waiting).toBe(1)
    await playground.close()
    await expect.poll(() => faults(ada.page)).toContain('failed up GET')
    await asTable(ada)
    await wireRows(ada.page).and(ada.page.locator('[data-fault="failed"]')).last().click()
    await expect.poll(() => readoutOf(ada.page).textContent()).toContain('No answer')
  })

  it.each([
    ['websocket', 'ended down close 4410'],
    ['long-poll', 'refused down 410'],
    ['sse', 'ended down end'],
  ] as const)(
    'is the end of the connection by the server on %s, at the request of its member',
    async (transport, fault) => {
      const playground = await startPlayground()
      const ada = await Visitor.enter(browser, playground.base)
      await ada.use(transport)
      await ada.say('hello')
      await expect.poll(() => ada.texts()).toEqual(['hello'])
      expect(await faults(ada.page)).toEqual([])
      await ada.say('/close')
      await expect.poll(() => faults(ada.page)).toContain(fault)
    },
  )

  it.each(['sse', 'http-stream'] as const)(
    'is the end of the connection by the server on %s, whose record did not come before it',
    LONG,
    async (transport) => {
      const playground = await startPlayground()
      const ada = await Visitor.enter(browser, playground.base)
      await ada.page.routeWebSocket(/meter$/, (socket) => {
        const server = socket.connectToServer()
        server.onMessage((frame) => {
          if (!String(frame).includes('"type":"trace"')) socket.send(frame)
        })
      })
      await ada.page.reload()
      await ada.use(transport)
      await ada.say('hello')
      await expect.poll(() => ada.texts()).toEqual(['hello'])
      await ada.say('/close')
      await expect.poll(() => faults(ada.page)).toContain('ended down end')
    },
  )

  it('is not the end of a connection that the page itself replaces', LONG, async () => {
    const playground = await startPlayground()
    const ada = await Visitor.enter(browser, playground.base)
    for (const transport of ['websocket', 'sse', 'long-poll', 'http-stream', 'websocket', 'short-poll']) {
      await ada.use(transport)
      await ada.say(`by ${transport}`)
      await expect.poll(async () => (await ada.texts()).at(-1)).toBe(`by ${transport}`)
    }
    await expect.poll(async () => (await rows(ada.page)).at(-1)?.transport).toBe('short-poll')
    expect(await faults(ada.page)).toEqual([])
  })

  it('is a wait in the browser while other requests hold its six connections', LONG, async () => {
    const playground = await startPlayground()
    const ada = await Visitor.enter(browser, playground.base)
    await ada.use('websocket')
    await ada.say('hello')
    await expect.poll(() => ada.texts()).toEqual(['hello'])
    const { log } = playground.rooms.get('empty')
    await ada.page.evaluate((url) => {
      for (let i = 0; i < 6; i++) void fetch(url, { cache: 'no-store' })
    }, `${playground.base}/rooms/empty/long-poll?after=${log.head}`)
    await expect.poll(() => log.waiting).toBe(6)
    await ada.use('long-poll')
    // The row of the close of the WebSocket may come later.
    const newest = wireRows(ada.page).and(ada.page.locator('[data-name="GET"]')).last()
    await asTable(ada)
    // Until the row of the poll is drawn, the newest GET is the handshake of the WebSocket.
    await expect
      .poll(async () => {
        await newest.click()
        return readoutOf(ada.page).textContent()
      })
      .toMatch(/Has not reached the server for .* in the browser/)
    await log.append({ type: 'notice', id: 'go-on-now', text: 'go on' })
    await expect.poll(() => readoutOf(ada.page).textContent()).toMatch(/Stayed in the browser for \d/)
  })
})

describe('a header that is added', () => {
  it.each(['local', 'wifi'])(
    'adds its size to each poll, each post and each handshake over the link %s',
    LONG,
    async (profile) => {
      const playground = await startPlayground()
      const ada = await Visitor.enter(browser, playground.base, { profile })
      const padding = ada.page.getByRole('combobox', { name: 'Padding' })
      /** Bytes of the newest heads of these requests, by status. */
      const headOf = async (transport: TransportName, status: number) => {
        const { record } = (await requestsOf(ada, transport, status)).at(-1) ?? {}
        return record?.type === 'request' ? record.up.headers : 0
      }
      const countOf = async (transport: TransportName, status: number) =>
        (await requestsOf(ada, transport, status)).length
      const oneMore = async (
        transport: TransportName,
        status: number,
        act: () => Promise<void> = async () => undefined,
      ) => {
        const before = await countOf(transport, status)
        await act()
        await expect
          .poll(() => countOf(transport, status), { ...SELDOM, message: `${transport} ${status}` })
          .toBeGreaterThan(before)
        return headOf(transport, status)
      }
      const heads = async (text: string) => {
        await ada.use('short-poll')
        const post = await oneMore('short-poll', 201, () => ada.say(text))
        await expect.poll(async () => (await ada.texts()).at(-1)).toBe(text)
        const poll = await oneMore('short-poll', 204)
        return { poll, post, handshake: await oneMore('websocket', 101, () => ada.use('websocket')) }
      }
      const without = await heads('one')
      const choose = async (bytes: string) => {
        await padding.selectOption(bytes)
      }
      // The open socket is replaced by one with the other handshake.
      await oneMore('websocket', 101, () => choose('1000'))
      const padded = await heads('two')
      for (const name of ['poll', 'post', 'handshake'] as const) expect(padded[name] - without[name], name).toBe(1000)
      expect(await ada.page.evaluate(() => location.hash)).toContain('padding=1000')
      await oneMore('websocket', 101, () => choose('0'))
      expect(await heads('six')).toEqual(without)
      expect(ada.browserErrors).toEqual([])
    },
  )

  it.each(TRANSPORTS)('leaves %s working', LONG, async (transport) => {
    const playground = await startPlayground()
    const ada = await Visitor.enter(browser, `${playground.base}/#/room/lobby?t=${transport}&padding=4000`)
    await ada.say('hello')
    await expect.poll(() => ada.texts()).toEqual(['hello'])
    expect(await ada.page.getByRole('combobox', { name: 'Padding' }).inputValue()).toBe('4000')
    expect(ada.browserErrors).toEqual([])
  })
})

describe('a preflight', () => {
  it('is a separate row, and precedes the first poll over a link only', LONG, async () => {
    const playground = await startPlayground()
    const ada = await Visitor.enter(browser, playground.base)
    await ada.page.getByRole('combobox', { name: 'Link', exact: true }).selectOption('wifi')
    let seen = 0
    for (const [transport, status] of [
      ['snapshot-poll', 304],
      ['short-poll', 204],
    ] as const) {
      await ada.use(transport)
      await expect
        .poll(() => requestsOf(ada, transport, status).then(({ length }) => length), SELDOM)
        .toBeGreaterThan(8)
      const { items } = JSON.parse(await exported(ada, 'JSON')) as Exported
      const preflights = items.filter(
        ({ record }) =>
          record?.type === 'request' &&
          record.method === 'OPTIONS' &&
          record.path.startsWith(`/rooms/lobby/${transport}`),
      )
      // None, where its connection has not been used again: a preflight is counted with the next request of its connection.
      expect(preflights.length).toBeLessThan(4)
      for (const { record } of preflights) {
        expect(record).toMatchObject({ kind: 'preflight', up: { framing: 0, envelope: 0, payload: 0 } })
      }
      seen += preflights.length
    }
    expect(seen).toBeGreaterThan(0)
    expect((await rows(ada.page)).map(({ name }) => name)).toContain('OPTIONS')
  })
})

/** The diameter of the marks beside the label of a switch. */
const DISC_PX = 8

describe('the text of the wire view', () => {
  it('explains why a message took two requests on long-poll', LONG, async () => {
    const playground = await startPlayground()
    const ada = await Visitor.enter(browser, playground.base)
    await ada.use('long-poll')
    const ben = await person(playground)
    // Held first, and then ended by a message.
    await expect.poll(() => readoutOf(ada.page).textContent()).not.toContain('Nothing on the wire')
    await expect.poll(() => playground.rooms.get('lobby').log.waiting).toBe(1)
    await post(ben.context, draft('hello'), never)
    const readout = readoutOf(ada.page).getByRole('paragraph').first()
    await expect
      .poll(() => readout.textContent())
      .toMatch(/^Two requests for one message: .* waited there for .* asked again/)
  })

  it('describes each arrow when the arrow keys step through the list', LONG, async () => {
    const playground = await startPlayground()
    const ada = await Visitor.enter(browser, playground.base)
    await ada.use('websocket')
    await ada.say('hello')
    await expect.poll(() => ada.texts()).toEqual(['hello'])
    const list = ada.page.getByRole('listbox')
    // In the order of times that two clocks tell, which are compared as well as a busy machine allows.
    const lastOnes = async () => (await rows(ada.page)).slice(-3).map(({ name }) => name)
    await expect.poll(lastOnes).toEqual(expect.arrayContaining(['ack', 'batch', 'message']))
    await list.focus()
    await ada.page.keyboard.press('ArrowUp')
    const selected = list.getByRole('option', { selected: true })
    const stepUpTo = async (wanted: string) => {
      while ((await selected.getAttribute('data-name')) !== wanted) {
        const before = await selected.getAttribute('id')
        // What was above may be below once the clocks are compared better: who comes to the top begins again at the end.
        const isAtTop = before === (await list.getByRole('option').first().getAttribute('id'))
        await ada.page.keyboard.press(isAtTop ? 'End' : 'ArrowUp')
        await expect.poll(() => selected.getAttribute('id')).not.toBe(before)
      }
    }
    await stepUpTo('batch')
    await expect.poll(() => list.getAttribute('aria-activedescendant')).toBe(await selected.getAttribute('id'))
    const readout = readoutOf(ada.page)
    await expect
      .poll(() => readout.textContent())
      .toMatch(/[24].B framing \+ \d+.B JSON \+ 5.B text .* on the way.*#\d+ shown/)
    await stepUpTo('101')
    await expect.poll(() => readout.textContent()).toMatch(/\/rooms\/lobby\/websocket\?after=.* · connection \d/)
    // Enter follows what the arrow carries, Escape goes back to now.
    await ada.page.keyboard.press('End')
    await ada.page.keyboard.press('Enter')
    await expect.poll(() => lit(ada.page)).toEqual(expect.arrayContaining(['up message', 'down batch']))
    await ada.page.keyboard.press('Escape')
    await expect.poll(() => lit(ada.page)).toEqual([])
    await expect.poll(() => ada.page.getByRole('button', { name: 'Pause' }).count()).toBe(1)
  })

  it('is exported as SVG and JSON without a token', async () => {
    const playground = await startPlayground()
    const ada = await Visitor.enter(browser, playground.base)
    await ada.say('hello <you> & "me"')
    await expect.poll(() => ada.texts()).toHaveLength(1)
    const told = async () => (await rows(ada.page)).filter(({ transport }) => transport !== null)
    await expect.poll(told).not.toEqual([])
    const token = await ada.page.evaluate(() => /"token":"([^"]+)"/.exec(Object.values(sessionStorage).join())?.[1])
    expect(token).toMatch(/^[\w-]{20,}$/)
    const json = JSON.parse(await exported(ada, 'JSON')) as Exported
    expect(json.messages).toHaveLength(1)
    expect(json.items.some(({ record }) => record?.type === 'request')).toBe(true)
    const svg = await exported(ada, 'SVG')
    expect(svg).toMatch(/^<svg xmlns/)
    // Programs that open it may not know other colour spaces.
    expect(svg).not.toMatch(/(oklab|oklch|color)\(/)
    const isSvg = await ada.page.evaluate(
      (text) => new DOMParser().parseFromString(text, 'image/svg+xml').querySelector('parsererror') === null,
      svg,
    )
    expect(isSvg).toBe(true)
    expect(svg + JSON.stringify(json)).not.toContain(token)
  })

  it.each(['EN', '中文'] as const)(
    'fits between the two marks of a switch in the drawing, in %s',
    LONG,
    async (language) => {
      const { base } = await startPlayground()
      const ada = await Visitor.enter(browser, base)
      await ada.use('short-poll')
      await ada.setLanguage(language)
      await ada.use('snapshot-poll')
      await expect.poll(() => ada.switches.last().textContent()).toContain(language === 'EN' ? 'snapshot' : '快照')
      const drawing = await ada.page.context().newPage()
      await drawing.setContent(await exported(ada, 'SVG'))
      const { words, box, shapes } = await drawing.evaluate(() => {
        const text = [...document.querySelectorAll('text')].findLast(({ textContent }) => textContent.includes('→'))
        const { x = 0, y = 0, width = 0, height = 0 } = text?.getBBox() ?? {}
        return {
          words: text?.textContent,
          box: { from: x, to: x + width, middle: y + height / 2 },
          shapes: [...document.querySelectorAll('path')].map((path) => path.getAttribute('d') ?? ''),
        }
      })
      /** Left edges, heights and widths of shapes whose middle is at the height of the text. */
      const atText = (pattern: RegExp, halfHeight: number) =>
        shapes
          .flatMap((shape) => [...shape.matchAll(pattern)].map((found) => found.slice(1).map(Number)))
          .filter(([, y = 0]) => Math.abs(y + halfHeight - box.middle) < 6)
          .sort(([a = 0], [b = 0]) => a - b)
      const discs = atText(/M([\d.]+) ([\d.]+)a4 4/g, 0)
      const [[labelFrom = Number.NaN, , labelWidth = 0] = []] = atText(/M([\d.]+) ([\d.]+)h([\d.]+)v22/g, 11)
      expect(words).toBe(language === 'EN' ? 'short-poll → snapshot-poll' : '短轮询 → 快照轮询')
      const [left = Number.NaN, right = Number.NaN] = discs.map(([x]) => x)
      expect(discs).toHaveLength(2)
      expect(left).toBeGreaterThan(labelFrom)
      expect(left + DISC_PX).toBeLessThanOrEqual(box.from)
      expect(right).toBeGreaterThanOrEqual(box.to)
      expect(right + DISC_PX).toBeLessThan(labelFrom + labelWidth)
    },
  )

  it('shows the state, the properties and the four events of the socket', async () => {
    const playground = await startPlayground()
    const ada = await Visitor.enter(browser, playground.base, { viewport: { width: 1440, height: 1080 } })
    const panel = ada.page.getByRole('group', { name: 'Socket', exact: true })
    await panel.getByRole('button', { name: 'Try websocket' }).click()
    await expect
      .poll(() => panel.getByRole('list', { name: 'readyState' }).locator('[aria-current]').textContent())
      .toBe('1 OPEN')
    await ada.say('hello')
    await expect
      .poll(() => panel.getByRole('list', { name: 'Events so far' }).textContent())
      .toMatch(/open 1.*message [2-9].*error 0.*close 0/)
    expect(await panel.getByLabel('Properties').textContent()).toMatch(
      /protocolchat\.v1.*binaryTypeblob.*\/rooms\/lobby\/websocket/,
    )
    const events = panel.getByRole('group', { name: 'Events, the latest last' }).getByRole('row')
    const isMessage = { has: ada.page.getByRole('cell', { name: 'message', exact: true }) }
    expect(await events.filter(isMessage).allTextContents()).toEqual(
      expect.arrayContaining([expect.stringMatching(/\d+.B ack$/), expect.stringMatching(/\d+.B batch$/)]),
    )
    await ada.use('short-poll')
    await expect
      .poll(() => panel.getByRole('list', { name: 'readyState' }).locator('[aria-current]').textContent())
      .toBe('3 CLOSED')
    await expect.poll(() => panel.getByText(/^last one, closed \d+.s ago$/).count()).toBe(1)
    await expect.poll(() => events.last().textContent()).toMatch(/close1000$/)
  })
})
