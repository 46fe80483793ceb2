import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { RunResult } from '../../src/page/compare/run-result.ts'
import { poissonArrivalsMs } from '../../src/models/arrivals.ts'
import { TRANSPORTS, type About, type TransportName } from '../../src/protocol.ts'
import { seededRandom } from '../../src/random.ts'
import { INSPECTED, MOVING, Visitor } from '../support/browser.ts'
import { LONG } from '../support/long.ts'
import { RETRIED } from '../support/retry.ts'
import { startPlayground } from '../support/playground.ts'
import { connectSender, sendAt } from '../support/sender.ts'
import { sharedBrowser } from '../support/shared-browser.ts'

const browser = await sharedBrowser()

/** The files of the first screen as the server sends them, gzipped, in kB of 1,000 bytes. */
const BUDGET_KB = 110
/** kB, gzipped, of the first screen and the comparison, which is loaded when it is opened. */
const COMPARISON_BUDGET_KB = 122

const SHOWN = ['short-poll', 'long-poll', 'websocket', 'sse', 'http-stream']

const columns = (page: Page) => page.getByRole('region').and(page.locator('[data-transport]'))
const column = (page: Page, transport: string) => columns(page).and(page.locator(`[data-transport="${transport}"]`))
const texts = (page: Page, transport: string) =>
  column(page, transport).getByRole('log').getByRole('listitem').locator('p span').allTextContents()

async function allOpen(page: Page, names: readonly string[]): Promise<void> {
  for (const name of names) await column(page, name).locator('[data-state="open"]').waitFor()
}

describe('the comparison', () => {
  it('has a member for each column, which shows each message once with its time and bytes', LONG, async () => {
    const playground = await startPlayground()
    const ada = await Visitor.enter(browser, `${playground.base}/#/compare`)
    await allOpen(ada.page, SHOWN)
    const roster = () => playground.rooms.get('lobby').roster
    expect(roster()).toHaveLength(SHOWN.length + 1)
    // Until the clocks are compared nothing can be timed.
    await ada.say('ready? go')
    for (const name of SHOWN) await expect.poll(() => texts(ada.page, name)).toEqual(['ready? go'])
    await ada.say('again')
    for (const name of SHOWN) {
      await expect.poll(() => texts(ada.page, name)).toEqual(['ready? go', 'again'])
      await expect
        .poll(() => column(ada.page, name).getByRole('log').locator('data').last().textContent())
        .toMatch(/\d.ms$/)
      await expect.poll(() => column(ada.page, name).getByRole('table').textContent()).toMatch(/Bytes\/message\d/)
    }
    await expect
      .poll(() => ada.page.getByRole('region', { name: 'Arrival race' }).getByRole('row').nth(1).textContent())
      .not.toContain('not yet')

    await ada.page.getByRole('checkbox', { name: 'long-poll' }).uncheck({ force: true })
    await expect.poll(() => roster().length).toBe(SHOWN.length)
    await ada.page.getByRole('link', { name: 'Chat' }).click()
    await expect.poll(() => roster().length).toBe(1)
    await expect.poll(() => ada.texts()).toEqual(['ready? go', 'again'])
    expect(ada.browserErrors).toEqual([])
  })

  it('does not announce its columns in the rooms of others, which count them', LONG, async () => {
    const playground = await startPlayground()
    const ben = await Visitor.enter(browser, playground.base)
    const ada = await Visitor.enter(browser, `${playground.base}/#/compare`)
    await allOpen(ada.page, SHOWN)
    const quiet = ben.memberList.getByText(/look.* on$/)
    await expect.poll(() => quiet.textContent()).toBe(`${SHOWN.length} more look on`)
    expect(await ben.members.count()).toBe(2)
    await ada.page.getByRole('link', { name: 'Chat' }).click()
    await expect.poll(() => quiet.count()).toBe(0)
    await ada.say('hello')
    await expect.poll(() => ben.texts()).toEqual(['hello'])
    expect((await ben.notes()).filter((note) => /joined|left/.test(note))).toHaveLength(2)
    const { events } = playground.rooms.get('lobby').log.read(null)
    expect(events.filter(({ type }) => type === 'left')).toHaveLength(SHOWN.length)
  })

  it(
    'carries every transport over every kind of link without browser errors',
    { ...LONG, timeout: 180_000 },
    async () => {
      const playground = await startPlayground()
      const ada = await Visitor.enter(browser, `${playground.base}/#/room/blue/compare`)
      await columns(ada.page).first().waitFor()
      for (const box of await ada.page.getByRole('checkbox').all()) await box.check({ force: true })
      await allOpen(ada.page, TRANSPORTS)
      for (const profile of ['wifi', 'buffering', 'local']) {
        await ada.page.getByRole('combobox', { name: 'Link for all' }).selectOption(profile)
        // What is buffered is not let through before it ends, which a stream never does.
        const isHeld = (name: TransportName) => profile === 'buffering' && ['sse', 'http-stream'].includes(name)
        const passing = TRANSPORTS.filter((name) => !isHeld(name))
        await allOpen(ada.page, passing)
        await ada.say(`over ${profile}`)
        for (const name of passing) {
          await expect.poll(async () => (await texts(ada.page, name)).at(-1)).toBe(`over ${profile}`)
        }
      }
      expect(ada.browserErrors).toEqual([])
    },
  )

  it(
    'runs a conversation from a seed, shows its progress, and can cancel it',
    { ...LONG, timeout: 180_000 },
    async () => {
      const playground = await startPlayground()
      const ada = await Visitor.enter(browser, `${playground.base}/#/compare`)
      await allOpen(ada.page, SHOWN)
      await ada.page.getByRole('combobox', { name: 'Messages per second' }).selectOption('20')
      const seed = ada.page.getByRole('spinbutton', { name: 'Seed' })
      await seed.fill('7')
      await seed.blur()
      const hear = async () => {
        await ada.page.getByRole('button', { name: /^Run / }).click()
        const progress = ada.page.getByRole('form', { name: 'Conversation' }).getByText(/^\d\d+ of/)
        const of = (await progress.textContent())?.split(' ')[2]
        await ada.page.getByRole('button', { name: 'Cancel' }).click()
        await expect.poll(() => playground.rooms.get('lobby').roster.length).toBe(SHOWN.length + 1)
        return of
      }
      expect(await hear()).toBe(String(poissonArrivalsMs(seededRandom(7), 20, 20_000).length))
      await hear()
      const said = new Map<string, string[]>()
      for (const event of playground.rooms.get('lobby').log.read(null).events) {
        if (event.type === 'message') said.set(event.from.id, [...(said.get(event.from.id) ?? []), event.text])
      }
      const [first = [], second = []] = [...said.values()]
      expect(first.length).toBeGreaterThan(5)
      expect(second.slice(0, 5)).toEqual(first.slice(0, 5))
      expect(new Set(first).size).toBeGreaterThan(1)
    },
  )

  it(
    'keeps the result of a run, which stands still, until other conditions are chosen',
    { ...LONG, timeout: 120_000 },
    async () => {
      const playground = await startPlayground()
      const ada = await Visitor.enter(browser, `${playground.base}/#/compare`)
      const { page } = ada
      const shown = ['short-poll', 'websocket']
      for (const name of SHOWN.filter((name) => !shown.includes(name))) {
        await page.getByRole('checkbox', { name }).uncheck({ force: true })
      }
      await allOpen(page, shown)
      await ada.say('before the run')
      for (const name of shown) await expect.poll(() => texts(page, name)).toEqual(['before the run'])
      await page.getByRole('combobox', { name: 'Messages per second' }).selectOption('2')
      await page.getByRole('combobox', { name: 'Text' }).selectOption('200')
      await page.getByRole('combobox', { name: 'Padding' }).selectOption('1000')
      await allOpen(page, shown)
      await page.getByRole('button', { name: /^Run / }).click()
      const results = page.getByRole('region', { name: 'Results' }).getByRole('figure')
      await expect.poll(() => results.count(), { timeout: 50_000 }).toBe(1)

      // The bot writes the messages of the run. Other messages do not count.
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        results.getByRole('button', { name: /as JSON$/ }).click(),
      ])
      const result = JSON.parse(readFileSync(await download.path(), 'utf8')) as RunResult
      const sent = poissonArrivalsMs(seededRandom(result.seed), 2, 20_000).length
      expect(result).toMatchObject({
        ...{ sent, ratePerS: 2, textBytes: 200, paddingBytes: 1000 },
        tuning: { intervalMs: 200 },
      })
      for (const { counts } of result.rows) expect(counts.down.payload).toBe(200 * sent)
      expect(result.rows.map(({ transport, received, counts }) => [transport, received, counts.delivered])).toEqual(
        shown.map((name) => [name, sent, sent]),
      )
      expect(result.durationMs).toBeGreaterThan(15_000)
      const [poll, socket] = result.rows
      const caption = await results.locator('figcaption').textContent()
      expect(poll?.bytesPerMessage).toBeGreaterThan(socket?.bytesPerMessage ?? Infinity)
      expect(caption).toMatch(/^At 2.\/s \(no delay\), websocket is the lightest with \d+.B per message/)
      expect(await results.textContent()).toContain(`Seed ${result.seed}`)
      expect(await results.textContent()).toMatch(/Text 200.B · Padding 1\.0.kB/)
      // Each poll has the header; the frames of a socket have none.
      const headersPerRequest = ({ counts }: RunResult['rows'][number]) => counts.up.headers / counts.requests
      expect(poll && headersPerRequest(poll)).toBeGreaterThan(1200)
      expect(socket?.counts.up.headers).toBe(0)
      const [png] = await Promise.all([
        page.waitForEvent('download'),
        results.getByRole('button', { name: /as PNG$/ }).click(),
      ])
      expect(
        readFileSync(await png.path())
          .subarray(1, 4)
          .toString(),
      ).toBe('PNG')

      // Polls go on; the figures of the run do not.
      const table = () => column(page, 'short-poll').getByRole('table').textContent()
      const standing = await table()
      await ada.say('after the run')
      await expect.poll(async () => (await texts(page, 'short-poll')).at(-1)).toBe('after the run')
      await new Promise((resolve) => setTimeout(resolve, 1500))
      expect(await table()).toBe(standing)
      await page.getByRole('button', { name: 'Show live figures' }).click()
      await expect.poll(table).not.toBe(standing)

      await results.getByRole('textbox').fill('no delay, quiet')
      await results.getByRole('textbox').press('Tab')
      await page.getByRole('link', { name: 'Chat' }).click()
      await page.getByRole('link', { name: 'Side by side' }).click()
      await expect.poll(() => results.getByRole('textbox').inputValue()).toBe('no delay, quiet')
      await ada.takeScreenshot('compare-result')
      await results.getByRole('button', { name: 'Remove the result no delay, quiet' }).click()
      await expect.poll(() => results.count()).toBe(0)
      expect(ada.browserErrors).toEqual([])
    },
  )

  it('says in the result of a run that the tab was in the background', { ...LONG, timeout: 90_000 }, async () => {
    const { base } = await startPlayground()
    const ada = await Visitor.enter(browser, `${base}/#/room/lobby/compare?columns=websocket,sse&rate=5`)
    await allOpen(ada.page, ['websocket', 'sse'])
    await ada.page.getByRole('button', { name: /^Run / }).click()
    await expect.poll(() => texts(ada.page, 'sse')).not.toEqual([])
    await ada.page.evaluate(async () => {
      for (const isHidden of [true, false]) {
        Object.defineProperty(document, 'hidden', { value: isHidden, configurable: true })
        document.dispatchEvent(new Event('visibilitychange'))
        await new Promise((resolve) => setTimeout(resolve, 500))
      }
    })
    const result = ada.page.locator('.run-result figcaption')
    await expect.poll(() => result.count(), { timeout: 50_000 }).toBe(1)
    expect(await result.textContent()).toContain('The tab was in the background')
    await ada.page.reload()
    await expect.poll(() => result.allTextContents()).toEqual([expect.stringContaining('in the background')])
  })

  it('has a row for the model only where the link has a model, with a figure in each column', LONG, async () => {
    const { base } = await startPlayground()
    const ada = await Visitor.enter(browser, `${base}/#/room/lobby/compare?columns=short-poll,websocket,sse`)
    await allOpen(ada.page, ['short-poll', 'websocket', 'sse'])
    const models = ada.page.getByRole('row', { name: /^Model/ })
    await ada.say('hello')
    await expect.poll(() => texts(ada.page, 'sse')).toEqual(['hello'])
    expect(await models.count()).toBe(0)
    await ada.page.getByRole('combobox', { name: 'Link for all' }).selectOption('wifi')
    await expect.poll(() => models.count()).toBe(3)
    for (const row of await models.all()) expect(await row.textContent()).toMatch(/Model, p50\d+.ms/)
    await ada.page.getByRole('combobox', { name: 'Link for all' }).selectOption('local')
    await expect.poll(() => models.count()).toBe(0)
  })

  it('draws each arrival of the race at its time, also where two are close', LONG, async () => {
    const { base } = await startPlayground()
    const ada = await Visitor.enter(browser, `${base}/#/room/lobby/compare?columns=long-poll,websocket,sse,http-stream`)
    const names = ['long-poll', 'websocket', 'sse', 'http-stream']
    await allOpen(ada.page, names)
    const race = ada.page.getByRole('region', { name: 'Arrival race' })
    // Until the clocks are compared nothing can be timed.
    const timed = async () => {
      await ada.say('hello')
      return race.getByRole('cell', { name: /\d.ms/ }).count()
    }
    await expect.poll(timed, { interval: 500 }).toBeGreaterThan(3)
    await expect.poll(() => race.getByRole('cell', { name: 'not yet' }).count()).toBe(0)
    const drawn = await race.evaluate((section) => {
      const svg = section.querySelector('figure:last-child svg')
      const axis = [...(svg?.querySelectorAll('path.axis') ?? [])].map((path) =>
        Number.parseFloat((path.getAttribute('d') ?? '').slice(1)),
      )
      const most = [...(svg?.querySelectorAll('text') ?? [])].find(({ textContent }) => textContent.endsWith('ms'))
      const rows = [...section.querySelectorAll('tbody tr')].map((row) =>
        [...row.querySelectorAll('td')].map((cell) => cell.textContent),
      )
      const marks = [...(svg?.children ?? [])]
        .filter((child) => child.querySelector('.span'))
        .map((row) => {
          const placed = [...row.querySelectorAll<SVGElement>('g[data-transport]')].map((mark) => {
            const [, x = '', y = ''] = /translate\(([\d.]+) ([\d.]+)\)/.exec(mark.innerHTML) ?? []
            return [mark.dataset['transport'] ?? '', { x: Number(x), y: Number(y) }] as const
          })
          return Object.fromEntries(placed)
        })
      return { from: axis[0] ?? 0, to: axis.at(-1) ?? 0, most: Number.parseFloat(most?.textContent ?? ''), rows, marks }
    })
    const pxPerMs = (drawn.to - drawn.from) / drawn.most
    expect(drawn.marks.length).toBe(drawn.rows.length)
    drawn.rows.forEach((cells, row) => {
      const marks = names.map((name) => drawn.marks[row]?.[name] ?? { x: Number.NaN, y: Number.NaN })
      cells.forEach((text, column) => {
        const ms = text.startsWith('<1') ? 0.5 : Number.parseInt(text, 10)
        const x = drawn.from + ms * pxPerMs
        // The cell is rounded to whole ms.
        expect(Math.abs((marks[column]?.x ?? 0) - x), `${names[column]}, ${text}`).toBeLessThan(0.5 * pxPerMs + 1)
      })
      const isCovered = marks.some((a, i) =>
        marks.slice(i + 1).some((b) => Math.abs(a.x - b.x) < 4 && Math.abs(a.y - b.y) < 1),
      )
      expect(isCovered).toBe(false)
    })
  })

  it(
    'names the first of a race, unless another column was as quick as the clocks can tell',
    { ...LONG, timeout: 120_000 },
    async () => {
      const { base } = await startPlayground()
      const names = ['websocket', 'sse', 'http-stream', 'socket-io']
      const ada = await Visitor.enter(browser, `${base}/#/room/lobby/compare?columns=${names.join()}`)
      await allOpen(ada.page, names)
      const race = ada.page.getByRole('region', { name: 'Arrival race' })
      /** The times of the latest message, the quickest first, and whether its transport is called the first. */
      const latest = () =>
        race
          .getByRole('img')
          .first()
          .evaluate((drawing) => ({
            times: [...(drawing.getAttribute('aria-label') ?? '').matchAll(/(<?\d+).ms/g)].map(([, ms = '']) =>
              ms === '<1' ? 0 : Number(ms),
            ),
            firsts: [...drawing.querySelectorAll('g[data-transport]')]
              .filter((row) => row.textContent.includes('· first'))
              .map((row) => row.getAttribute('data-transport')),
          }))
      const ties: (string | null)[] = []
      const countTies = async () => {
        await ada.say('who is first?')
        const { times, firsts } = await latest()
        const [first = 0, second = Number.POSITIVE_INFINITY] = times
        // Figures of whole ms that differ by 1 are less than 2 ms apart.
        if (times.length === names.length && second - first <= 1) ties.push(...firsts, 'tie')
        return ties.length
      }
      await expect.poll(countTies, { interval: 300, timeout: 40_000 }).toBeGreaterThan(1)
      expect(new Set(ties)).toEqual(new Set(['tie']))
      for (const name of names.slice(1))
        await ada.page.getByRole('combobox', { name: `Link of ${name}` }).selectOption('satellite')
      await allOpen(ada.page, names)
      const winner = async () => {
        await ada.say('who is first now?')
        return (await latest()).firsts
      }
      await expect.poll(winner, { interval: 1000, timeout: 30_000 }).toEqual(['websocket'])
      expect(ada.browserErrors).toEqual([])
    },
  )

  it('gives each column six browser connections, because each column has its own port', LONG, async () => {
    const playground = await startPlayground()
    const ada = await Visitor.enter(browser, playground.base)
    const { links } = (await (await fetch(`${playground.base}/about`)).json()) as About
    const [first, second] = links.filter(({ profile }) => profile === 'local').slice(-2)
    const { log } = playground.rooms.get('empty')
    const held = ({ port }: { port: number }) => `http://127.0.0.1:${port}/rooms/empty/long-poll?after=${log.head}`
    const ask = (url: string, count: number) =>
      ada.page.evaluate(
        ([target, times]) => {
          for (let i = 0; i < times; i++) void fetch(target, { cache: 'no-store' })
        },
        [url, count] as const,
      )
    if (!first || !second) throw new Error('there are no links')
    await ask(held(first), 8)
    await expect.poll(() => log.waiting).toBe(6)
    await ask(held(second), 8)
    // Six at the other port; two at each have to wait.
    await expect.poll(() => log.waiting).toBe(12)
    await log.append({ type: 'notice', id: 'go-on-now', text: 'go on' })
    await expect.poll(() => log.waiting).toBe(0)
  })

  it('states in the footer when there are no links', async () => {
    const playground = await startPlayground({ links: 'off' })
    const ada = await Visitor.enter(browser, `${playground.base}/#/compare`)
    await allOpen(ada.page, SHOWN.slice(0, 3))
    expect(await ada.page.getByRole('contentinfo').textContent()).toContain('There are no link ports here')
    expect(await ada.page.getByRole('combobox', { name: 'Link for all' }).count()).toBe(0)
  })
})

describe('100 messages per second', () => {
  const seconds = Number(process.env['BUSY_S'] ?? 3)

  it(
    `leave the comparison smooth: no frame over 50 ms in ${seconds} s, and the heap where it was`,
    { timeout: (seconds + 40) * 1000, ...RETRIED, ...LONG },
    async () => {
      const playground = await startPlayground()
      const ada = await Visitor.enter(browser, `${playground.base}/#/compare`, MOVING)
      await allOpen(ada.page, SHOWN)
      const session = await connectSender(playground)
      await expect.poll(() => session.state.name).toBe('open')
      const cdp = await ada.page.context().newCDPSession(ada.page)
      const heapMb = async () => {
        await cdp.send('HeapProfiler.collectGarbage')
        const { usedSize } = await cdp.send('Runtime.getHeapUsage')
        return usedSize / 2 ** 20
      }
      const every10Ms = (ms: number) => Array.from({ length: ms / 10 }, (_, index) => 10 * index)
      // Start-up: code is compiled, the logs and the readings of the last seconds fill.
      await sendAt(session, every10Ms(2000))
      const before = await heapMb()
      const events: { name: string; dur?: number; tdur?: number }[] = []
      cdp.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as typeof events)))
      await cdp.send('Tracing.start', {
        transferMode: 'ReportEvents',
        traceConfig: { includedCategories: ['devtools.timeline', 'disabled-by-default-devtools.timeline'] },
      })
      await sendAt(session, every10Ms(seconds * 1000))
      const complete = new Promise((resolve) => cdp.once('Tracing.tracingComplete', resolve))
      await cdp.send('Tracing.end')
      await complete
      const after = await heapMb()
      // One task is what a frame has to wait for. Its time on the processor is the page's own doing; what it took by the
      // clock also contains the other work of the machine.
      const tasks = events.filter(({ name }) => name === 'RunTask')
      const longestMs = (read: (task: (typeof tasks)[number]) => number | undefined) =>
        tasks.reduce((most, task) => Math.max(most, (read(task) ?? 0) / 1000), 0)
      const longest = longestMs(({ tdur }) => tdur)
      const byClock = longestMs(({ dur }) => dur)
      const shown = await texts(ada.page, 'websocket')
      console.log(
        `${tasks.length} tasks, the longest ${longest.toFixed(1)} ms, by the clock ${byClock.toFixed(1)} ms, ` +
          `heap ${before.toFixed(1)} → ${after.toFixed(1)} MiB, ${shown.at(-1)}`,
      )
      expect(tasks.length).toBeGreaterThan(seconds * 10)
      expect(longest).toBeGreaterThan(0)
      expect(longest).toBeLessThan(50)
      expect(after - before).toBeLessThan(20)
    },
  )
})

describe('the page', () => {
  it(
    'is accessible and fits with the comparison open, on desktop and phone, light and dark, in both languages',
    { ...LONG, timeout: 180_000 },
    async () => {
      const { base } = await startPlayground()
      const ada = await Visitor.enter(browser, `${base}/#/compare`, INSPECTED)
      await columns(ada.page).first().waitFor()
      for (const box of await ada.page.getByRole('checkbox').all()) await box.check({ force: true })
      await ada.page.getByRole('combobox', { name: 'Link for all' }).selectOption('wifi')
      await allOpen(ada.page, TRANSPORTS)
      await ada.say('hello')
      for (const name of TRANSPORTS) await expect.poll(() => texts(ada.page, name)).toEqual(['hello'])
      await ada.inEveryMode(async (mode) => {
        expect(await ada.violations(), mode).toEqual([])
        expect(await ada.overflowPx(), mode).toBeLessThanOrEqual(0)
        await ada.takeScreenshot(`compare-${mode}`)
      })
      expect(ada.browserErrors).toEqual([])
    },
  )

  it.each([
    ['en-US', 'Side by side'],
    ['zh-CN', '并排'],
  ])(
    `loads less than ${BUDGET_KB} kB in %s, gzipped, and no Socket.IO client before that transport is chosen`,
    LONG,
    async (locale, name) => {
      const { base } = await startPlayground()
      const ada = await Visitor.enter(browser, base, { locale })
      const loadedFiles = async () => {
        const loaded = await ada.page.evaluate(() =>
          performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname),
        )
        return loaded.filter((path) => /\.(js|css|svg)$/.test(path)).concat('/index.html')
      }
      const sizeKB = (paths: readonly string[]) =>
        // As the server sends them, compressed when the page was built.
        paths.reduce((sum, path) => sum + readFileSync(`public${path}.gz`).length, 0) / 1000
      await ada.page.locator('canvas').first().waitFor()
      const firstKB = sizeKB(await loadedFiles())
      expect(firstKB, `the first screen loads ${firstKB.toFixed(1)} kB`).toBeLessThan(BUDGET_KB)
      await ada.page.getByRole('link', { name }).click()
      await allOpen(ada.page, SHOWN)
      const files = await loadedFiles()
      const kB = sizeKB(files)
      console.log(`${locale}: ${files.length} files, ${kB.toFixed(1)} kB gzipped`)
      expect(files).toContain('/js/main.js')
      expect(files.some((path) => path.includes('uPlot'))).toBe(true)
      expect(kB, `the first screen and the comparison load ${kB.toFixed(1)} kB`).toBeLessThan(COMPARISON_BUDGET_KB)
    },
  )
})
