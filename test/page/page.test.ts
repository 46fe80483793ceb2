import { describe, expect, it } from 'vitest'
import { post } from '../../src/client/transports/http.ts'
import { TRANSPORTS, type About, type TransportName } from '../../src/protocol.ts'
import { INSPECTED, MOVING, Visitor } from '../support/browser.ts'
import { newProfile } from '../support/browser-profile.ts'
import { LONG } from '../support/long.ts'
import { RETRIED } from '../support/retry.ts'
import { draft, person, startPlayground, watch } from '../support/playground.ts'
import { lastingPort } from '../support/port.ts'
import { sharedBrowser } from '../support/shared-browser.ts'

const browser = await sharedBrowser()

/** A way through all ordered pairs of different places, each once: back and forth from each to all that come later. */
function tourOfPairs<T>(places: readonly T[]): T[] {
  const tour: T[] = []
  places.forEach((place, i) => {
    for (const later of places.slice(i + 1)) tour.push(place, later)
  })
  return [...tour, ...tour.slice(0, 1)]
}

const never = new AbortController().signal

/** Two people switch along their tours while a bot talks, and each must receive every message once and in order. */
async function switchDuringTalk(...tours: [adas: TransportName[], bens: TransportName[]]): Promise<void> {
  const playground = await startPlayground()
  const [ada, ben] = [await Visitor.enter(browser, playground.base), await Visitor.enter(browser, playground.base)]
  const bot = await person(playground, 'bot')
  const said: string[] = []
  const silence = new AbortController()
  const talking = (async () => {
    while (!silence.signal.aborted) {
      const text = `message ${said.length + 1}`
      await post(bot.context, draft(text), never)
      said.push(text)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  })()
  await Promise.all(
    tours.map(async (tour, i) => {
      const visitor = i === 0 ? ada : ben
      for (const transport of tour) {
        await visitor.use(transport)
        const last = said.length
        await expect.poll(() => visitor.lastNumber()).toBeGreaterThan(last)
      }
    }),
  )
  silence.abort()
  await talking
  await ada.say('the end')
  said.push('the end')
  for (const visitor of [ada, ben]) {
    await expect.poll(async () => (await visitor.texts()).at(-1)).toBe('the end')
    const texts = await visitor.texts()
    // The page keeps the newest few hundred lines; they are there without a gap.
    expect(texts).toEqual(said.slice(-texts.length))
    expect(texts.length).toBeGreaterThanOrEqual(Math.min(said.length, 51))
    expect(await visitor.notes()).not.toContain('bot left.')
  }
  const turns = await ada.switches.locator('small').allTextContents()
  // Rows of the first switches have made room for messages.
  expect(turns.length).toBeGreaterThan(0.35 * tours[0].length)
  // The row of a switch that was followed by another before an event came has the cursor only.
  for (const turn of turns) expect(turn).toMatch(/^same cursor (· 0 lost · 0 twice|[0-9a-f]+\.\d+)$/)
  expect(turns.at(-1)).toBe('same cursor · 0 lost · 0 twice')
  expect(playground.rooms.get('lobby').roster).toHaveLength(3)
  expect([...ada.browserErrors, ...ben.browserErrors]).toEqual([])
  await ada.takeScreenshot('switched-1280')
}

describe('two people in a real browser', () => {
  it('see each other’s messages, names and the roster', async () => {
    const { base } = await startPlayground()
    const ada = await Visitor.enter(browser, base, MOVING)
    const ben = await Visitor.enter(browser, base, MOVING)
    expect(await ada.name()).toMatch(/^[a-z]+-[a-z]+$/)
    await expect.poll(() => ada.members.allTextContents()).toEqual([await ada.name(), await ben.name()])
    await ada.say('hello <b>you</b>')
    await expect.poll(() => ben.texts()).toHaveLength(1)
    await ben.say('hello\u2067 yourself')
    for (const visitor of [ada, ben]) {
      await expect.poll(() => visitor.texts()).toEqual(['hello <b>you</b>', 'hello\u2067 yourself'])
    }
    await expect.poll(() => ada.notes()).toContain(`${await ben.name()} joined.`)
    expect(await ada.composer.inputValue()).toBe('')
    await ada.takeScreenshot('chat-1280')
    expect([...ada.browserErrors, ...ben.browserErrors]).toEqual([])
  })

  it('receive every message once and in order while they switch through all transports', async () => {
    const tour = [...TRANSPORTS, TRANSPORTS[0]]
    await switchDuringTalk(tour, tour.toReversed())
  })

  it(
    'receive every message once and in order while they switch between all pairs of transports',
    { ...LONG, timeout: 180_000 },
    async () => {
      const tour = tourOfPairs(TRANSPORTS)
      // Each goes one half of the way, from where the other's begins or ends.
      await switchDuringTalk(tour.slice(0, tour.length / 2 + 1), tour.slice(tour.length / 2))
    },
  )

  it('can rename once, and see the reason when a second rename is refused', LONG, async () => {
    const { base } = await startPlayground()
    const [ada, ben] = [await Visitor.enter(browser, base), await Visitor.enter(browser, base)]
    const rename = async (name: string) => {
      await ada.ownName.click()
      await ada.page.getByRole('textbox', { name: 'Your new name' }).fill(name)
      await ada.page.keyboard.press('Enter')
    }
    await rename(await ben.name())
    await expect.poll(() => ada.page.getByRole('alert').textContent()).toContain('taken')
    await ada.page.keyboard.press('Escape')
    await rename('countess')
    await expect.poll(() => ben.members.allTextContents()).toContain('countess')
    await rename('duchess')
    await expect.poll(() => ada.page.getByRole('alert').textContent()).toContain('once')
  })

  it('request private messages unseen by others, and keep the text for an unknown recipient', async () => {
    const { base } = await startPlayground()
    const [ada, ben, eve] = [
      await Visitor.enter(browser, base),
      await Visitor.enter(browser, base),
      await Visitor.enter(browser, base),
    ]
    await expect.poll(() => ada.members.count()).toBe(3)
    await ben.use('websocket')
    await eve.use('long-poll')
    await ada.say(`@${await ben.name()} only you`)
    await ada.say('everybody')
    await expect.poll(() => ben.texts()).toEqual(['only you', 'everybody'])
    await expect.poll(() => ada.texts()).toEqual(['only you', 'everybody'])
    await expect.poll(() => eve.texts()).toEqual(['everybody'])
    await ada.say('@nobody hello')
    await expect.poll(() => ada.page.getByRole('alert').textContent()).toContain('nobody')
    expect(await ada.composer.inputValue()).toBe('@nobody hello')
    // A script carries no token: what is private does not come back by it, and nothing stands there as if it would.
    await ada.use('jsonp-poll')
    await ada.say(`@${await ben.name()} by script`)
    await expect.poll(() => ben.texts()).toEqual(['only you', 'everybody', 'by script'])
    await expect.poll(async () => (await ada.notes()).at(-1)).toContain('Your private message is stored.')
    expect(await ada.log.getByRole('listitem').filter({ hasText: 'by script' }).count()).toBe(0)
    // Picking a member writes the address.
    await ada.composer.fill('')
    await ada.memberList.getByRole('button').first().click()
    expect(await ada.composer.inputValue()).toBe(`@${await ben.name()} `)
  })

  it('leave the roster within 2 s when they close the tab', { ...RETRIED, ...LONG }, async () => {
    const playground = await startPlayground()
    const [ada, ben] = [await Visitor.enter(browser, playground.base), await Visitor.enter(browser, playground.base)]
    await ben.use('websocket')
    const name = await ben.name()
    await expect.poll(() => ada.members.count()).toBe(2)
    const closedAt = performance.now()
    await ben.page.close({ runBeforeUnload: true })
    await expect.poll(() => playground.rooms.get('lobby').roster.length, { interval: 20 }).toBe(1)
    const tookMs = performance.now() - closedAt
    console.log(`gone ${tookMs.toFixed(0)} ms after the tab was closed`)
    expect(tookMs).toBeLessThan(2000)
    await expect.poll(() => ada.notes()).toContain(`${name} left.`)
  })

  it('keep name, unsent text and link after a reload, with no joined and no left event', RETRIED, async () => {
    const playground = await startPlayground()
    const [ada, ben] = [await Visitor.enter(browser, playground.base), await Visitor.enter(browser, playground.base)]
    const name = await ben.name()
    await ben.say('before')
    await expect.poll(() => ben.texts()).toEqual(['before'])
    await ben.composer.fill('half a sentence')
    await ben.use('long-poll')
    const link = ben.page.getByRole('combobox', { name: 'Link' })
    await link.selectOption('wifi')
    await expect.poll(() => ben.switchLabels()).toEqual(['short-poll→long-poll', 'no delay→Wi-Fi'])
    await expect.poll(() => ada.notes()).toContain(`${name} joined.`)
    const before = await ada.notes()
    await ben.page.reload()
    await expect.poll(() => link.inputValue()).toBe('wifi')
    await expect.poll(() => ben.texts()).toEqual(['before'])
    expect(await ben.switchLabels()).toEqual([])
    expect(await ben.name()).toBe(name)
    expect(await ben.composer.inputValue()).toBe('half a sentence')
    // Longer than the grace in which a page that does not come back has left.
    await new Promise((resolve) => setTimeout(resolve, 1800))
    await ben.say('after')
    await expect.poll(() => ada.texts()).toEqual(['before', 'after'])
    expect(await ada.notes()).toEqual(before)
  })

  it('continue at the same cursor over another link, and see that no message was lost', LONG, async () => {
    const playground = await startPlayground()
    const [ada, ben] = [await Visitor.enter(browser, playground.base), await Visitor.enter(browser, playground.base)]
    await expect.poll(() => ada.members.count()).toBe(2)
    await ada.use('sse')
    await ben.say('before')
    await expect.poll(() => ada.texts()).toEqual(['before'])
    await ada.page.getByRole('combobox', { name: 'Link' }).selectOption('4g')
    await ben.say('after')
    await expect.poll(() => ada.texts()).toEqual(['before', 'after'])
    await expect.poll(() => ada.switchLabels()).toEqual(['short-poll→sse', 'no delay→4G'])
    const says = ada.switches.locator('small')
    await expect.poll(() => says.allTextContents()).toEqual(Array(2).fill('same cursor · 0 lost · 0 twice'))
    expect(ada.browserErrors).toEqual([])
  })

  it('do not take private messages of others for a loss after a switch', async () => {
    const playground = await startPlayground()
    const ada = await Visitor.enter(browser, playground.base)
    const [ben, cleo] = [await person(playground), await person(playground)]
    await ada.use('websocket')
    await post(ben.context, draft('for cleo', cleo.member.id), never)
    await post(ben.context, draft('for all'), never)
    await expect.poll(() => ada.texts()).toEqual(['for all'])
    await expect.poll(() => ada.switches.locator('small').allTextContents()).toEqual(['same cursor · 0 twice'])
  })

  it.each(TRANSPORTS)(
    'see that the server ended them over %s at their request, and can rejoin',
    LONG,
    async (transport) => {
      const playground = await startPlayground()
      const ada = await Visitor.enter(browser, playground.base)
      await ada.use(transport)
      const name = await ada.name()
      await ada.say(transport === 'long-poll' ? '关闭' : '/close')
      const rejoin = ada.page.getByRole('button', { name: 'Rejoin' })
      await rejoin.waitFor()
      expect(await ada.page.getByRole('main').textContent()).toContain(
        'The server ended your connection, as you asked.',
      )
      expect(playground.rooms.get('lobby').roster).toEqual([])
      await rejoin.click()
      // Said while still on the way in: kept, and sent on arrival.
      await ada.say('back again')
      await expect.poll(() => playground.rooms.get('lobby').roster.map((member) => member.name)).toEqual([name])
      await expect.poll(() => ada.texts()).toContain('back again')
    },
  )

  it('rejoin after a server restart and lose none of their messages', async () => {
    const first = await startPlayground({}, await lastingPort())
    const ada = await Visitor.enter(browser, first.base)
    const name = await ada.name()
    await ada.say('to the first')
    await expect.poll(() => ada.texts()).toEqual(['to the first'])
    await first.close()
    await expect.poll(() => ada.page.getByRole('main').textContent()).toContain('Nothing you said is lost.')
    await ada.say('said into the dark')
    const second = await startPlayground({}, first.port)
    await expect.poll(() => ada.texts()).toContain('said into the dark')
    expect(second.rooms.get('lobby').roster.map((member) => member.name)).toEqual([name])
  }, 180_000)

  it('are in separate rooms at separate addresses', LONG, async () => {
    const { base } = await startPlayground()
    const [ada, ben] = [await Visitor.enter(browser, `${base}/#/room/blue`), await Visitor.enter(browser, base)]
    await ada.say('in blue')
    await ben.say('in the lobby')
    await expect.poll(() => ada.texts()).toEqual(['in blue'])
    await expect.poll(() => ben.texts()).toEqual(['in the lobby'])
    await ben.page.goto(`${base}/#/room/blue`)
    await expect.poll(() => ben.texts()).toEqual(['in blue'])
    await expect.poll(() => ada.members.count()).toBe(2)
  })
})

describe('the page', () => {
  it('is Chinese and gives Chinese names for a Chinese browser', async () => {
    const { base } = await startPlayground()
    const ada = await Visitor.enter(browser, base, { locale: 'zh-CN' })
    expect(await ada.page.locator('html').getAttribute('lang')).toBe('zh-CN')
    expect(await ada.name()).toMatch(/^\p{Script=Han}+$/u)
    expect(await ada.page.getByRole('radio').first().getAttribute('value')).toBe('short-poll')
    expect(await ada.page.getByRole('radiogroup').textContent()).toContain('短轮询')
    await ada.setLanguage('EN')
    expect(await ada.page.getByRole('radiogroup').textContent()).toContain('short-poll')
    await ada.setLanguage('中文')
    await ada.takeScreenshot('chat-zh-1280')
  })

  it('shows no new request on an idle WebSocket', LONG, async () => {
    const playground = await startPlayground()
    const ada = await Visitor.enter(browser, playground.base)
    await ada.use('websocket')
    await ada.say('one')
    await expect.poll(() => ada.texts()).toEqual(['one'])
    const requests = ada.page
      .getByRole('article')
      .filter({ has: ada.page.getByRole('heading', { name: 'Requests' }) })
      .getByRole('paragraph')
      .nth(1)
    await expect.poll(() => requests.textContent()).toContain('1 in all')
    await new Promise((resolve) => setTimeout(resolve, 3000))
    expect(await requests.textContent()).toContain('1 in all')
  })

  it('starts a bot at the chosen rates and stops it', LONG, async () => {
    const playground = await startPlayground()
    const ada = await Visitor.enter(browser, playground.base)
    const bot = ada.page.getByRole('combobox', { name: 'Bot' })
    await bot.selectOption('20')
    await expect.poll(() => ada.messages.count()).toBeGreaterThan(5)
    const [name] = (await ada.members.allTextContents()).filter((other) => other.startsWith('bot-'))
    await bot.selectOption('50')
    const before = await ada.messages.count()
    await expect.poll(() => ada.messages.count()).toBeGreaterThan(before + 10)
    await bot.selectOption('0')
    await expect.poll(() => ada.notes()).toContain(`${name} left.`)
    expect((await ada.notes()).filter((note) => note.startsWith('bot-'))).toEqual([`${name} joined.`, `${name} left.`])
    expect(playground.rooms.get('lobby').roster).toHaveLength(1)
    expect(ada.browserErrors).toEqual([])
  })

  it('numbers a message in the chat as the log and the wire do', async () => {
    const playground = await startPlayground()
    const ada = await Visitor.enter(browser, playground.base)
    const ben = await person(playground)
    await ada.say('one')
    await expect.poll(() => ada.texts()).toEqual(['one'])
    await post(ben.context, draft('two'), never)
    await expect.poll(() => ada.texts()).toEqual(['one', 'two'])
    const { events } = playground.rooms.get('lobby').log.read(null)
    const numbers = events.flatMap(({ type, seq }) => (type === 'message' ? [`#${seq}`] : []))
    expect(await ada.messages.locator('.seq').allTextContents()).toEqual(numbers)
    await ada.messages.last().click()
    const readout = ada.page.getByRole('group', { name: 'Details and reason' })
    await expect.poll(() => readout.textContent()).toContain(`Path of ${numbers[1]}`)
  })

  it('shows by which transport each member reads, and marks a bot', LONG, async () => {
    const playground = await startPlayground()
    const ada = await Visitor.enter(browser, playground.base)
    const ben = await person(playground, 'ben')
    const { session } = watch(playground, ben, 'long-poll')
    const row = (name: string) => ada.memberList.getByRole('listitem').filter({ hasText: name })
    await expect.poll(() => row('ben').getAttribute('data-transport')).toBe('long-poll')
    const button = ada.memberList.getByRole('button', { name: 'Write to ben privately · reads by long-poll' })
    expect(await button.locator('svg').count()).toBe(1)
    session.use('sse')
    await expect.poll(() => row('ben').getAttribute('data-transport')).toBe('sse')
    await ada.use('websocket')
    await expect.poll(() => row('reads by websocket').getAttribute('data-transport')).toBe('websocket')
    await ada.page.getByRole('combobox', { name: 'Bot' }).selectOption('1')
    const bot = ada.memberList.getByRole('button', {
      name: /^Write to bot-\d+ bot privately · a program writes its messages/,
    })
    await expect.poll(() => bot.getByText('bot', { exact: true }).count()).toBe(1)
    await expect.poll(() => bot.getAttribute('aria-label')).toMatch(/reads by websocket$/)
    expect(await row('ben').getByText('bot', { exact: true }).count()).toBe(0)
    expect(ada.browserErrors).toEqual([])
  })

  it(
    'is accessible and fits desktop and phone, light and dark, in both languages',
    { ...LONG, timeout: 180_000 },
    async () => {
      const { base } = await startPlayground()
      const ada = await Visitor.enter(browser, base, INSPECTED)
      for (const transport of TRANSPORTS) {
        await ada.use(transport)
        await ada.say(`by ${transport}`)
        await expect.poll(async () => (await ada.texts()).at(-1)).toBe(`by ${transport}`)
      }
      await ada.inEveryMode(async (mode) => {
        expect(await ada.violations(), mode).toEqual([])
        expect(await ada.overflowPx(), mode).toBeLessThanOrEqual(0)
        await ada.takeScreenshot(`chat-${mode}`)
      })
      expect(ada.browserErrors).toEqual([])
    },
  )

  it('can be used with the keyboard only', async () => {
    const { base } = await startPlayground()
    const ada = await Visitor.enter(browser, base)
    await ada.page.getByRole('radio', { checked: true }).press('3')
    await expect.poll(() => ada.page.getByRole('radio', { checked: true }).getAttribute('value')).toBe('websocket')
    await ada.page.keyboard.press('Tab')
    await ada.page.keyboard.press('Enter')
    await ada.composer.press('1')
    expect(await ada.composer.inputValue()).toContain('1')
    await expect.poll(() => ada.page.getByRole('radio', { checked: true }).getAttribute('value')).toBe('websocket')
  })

  it('loads nothing from other origins than the server and its links', async () => {
    const { base } = await startPlayground()
    const { links } = (await (await fetch(`${base}/about`)).json()) as About
    const own = [base, ...links.map(({ port }) => `http://127.0.0.1:${port}`), 'data:']
    const page = await (await newProfile(browser)).newPage()
    const foreign: string[] = []
    page.on('request', (request) => {
      if (!own.some((origin) => request.url().startsWith(origin))) foreign.push(request.url())
    })
    await page.goto(base)
    await page.getByRole('complementary').getByRole('listitem').first().waitFor({ state: 'attached' })
    expect(foreign).toEqual([])
  })
})
