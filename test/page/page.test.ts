import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { post } from '../../src/client/transports/http.ts'
import { TRANSPORTS } from '../../src/protocol.ts'
import { INSPECTED, launchBrowser, MOVING, Visitor } from '../support/browser.ts'
import { MAY_BE_LATE } from '../support/retry.ts'
import { draft, person, startPlayground } from '../support/playground.ts'
import { lastingPort } from '../support/port.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
}, 60_000)
afterAll(() => browser.close())

/** A way through all ordered pairs of different places, each once: back and forth from each to all that come later. */
function tourOf<T>(places: readonly T[]): T[] {
  const tour: T[] = []
  places.forEach((place, i) => {
    for (const later of places.slice(i + 1)) tour.push(place, later)
  })
  return [...tour, ...tour.slice(0, 1)]
}

describe('two people in a real browser', () => {
  it('chat, each seeing what the other says, with names and who is here', async () => {
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
    await ada.shoot('chat-1280')
    expect([...ada.complaints, ...ben.complaints]).toEqual([])
  })

  it('switch between every two transports, both ways, under traffic: nothing lost, nothing twice, in order', async () => {
    const playground = await startPlayground()
    const [ada, ben] = [await Visitor.enter(browser, playground.base), await Visitor.enter(browser, playground.base)]
    const bot = await person(playground, 'bot')
    const said: string[] = []
    const silence = new AbortController()
    const talking = (async () => {
      while (!silence.signal.aborted) {
        const text = `message ${said.length + 1}`
        await post(bot.context, draft(text), new AbortController().signal)
        said.push(text)
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    })()
    const walk = tourOf(TRANSPORTS)
    await Promise.all(
      // Each goes one half of the way, from where the other's begins or ends.
      [walk.slice(0, walk.length / 2 + 1), walk.slice(walk.length / 2)].map(async (tour, i) => {
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
      expect(texts.length).toBeGreaterThan(50)
      expect(await visitor.notes()).not.toContain('bot left.')
    }
    const turns = await ada.log.locator('.turn small').allTextContents()
    expect(turns.length).toBeGreaterThan(10)
    for (const turn of turns) expect(turn).toMatch(/^same cursor/)
    expect(turns.join()).not.toMatch(/[1-9]\d* (not seen|twice)/)
    expect(playground.rooms.get('lobby').roster).toHaveLength(3)
    expect([...ada.complaints, ...ben.complaints]).toEqual([])
    await ada.shoot('switched-1280')
  }, 180_000)

  it('rename once, and are told why not twice', async () => {
    const { base } = await startPlayground()
    const [ada, ben] = [await Visitor.enter(browser, base), await Visitor.enter(browser, base)]
    const rename = async (name: string) => {
      await ada.page.locator('button.name').click()
      await ada.page.locator('form.name input').fill(name)
      await ada.page.keyboard.press('Enter')
    }
    await rename(await ben.name())
    await expect.poll(() => ada.page.locator('.refusal').textContent()).toContain('taken')
    await ada.page.keyboard.press('Escape')
    await rename('countess')
    await expect.poll(() => ben.members.allTextContents()).toContain('countess')
    await rename('duchess')
    await expect.poll(() => ada.page.locator('.refusal').textContent()).toContain('once')
  })

  it('speak privately, seen by nobody else, and keep what they wrote to somebody who is not here', async () => {
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
    await expect.poll(() => ada.page.locator('.complaint').textContent()).toContain('nobody')
    expect(await ada.composer.inputValue()).toBe('@nobody hello')
    // A script carries no token: what is private does not come back by it, and nothing stands there as if it would.
    await ada.use('jsonp-poll')
    await ada.say(`@${await ben.name()} by script`)
    await expect.poll(() => ben.texts()).toEqual(['only you', 'everybody', 'by script'])
    await expect.poll(async () => (await ada.notes()).at(-1)).toContain('Your private message is stored.')
    expect(await ada.log.locator('.pending').count()).toBe(0)
    // Picking a member writes the address.
    await ada.composer.fill('')
    await ada.page.locator('.members button').first().click()
    expect(await ada.composer.inputValue()).toBe(`@${await ben.name()} `)
  })

  it('are gone within 2 s when they close their tab', MAY_BE_LATE, async () => {
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

  it('controller the same when they reload: name, unsent text, link, no joined and no left', MAY_BE_LATE, async () => {
    const playground = await startPlayground()
    const [ada, ben] = [await Visitor.enter(browser, playground.base), await Visitor.enter(browser, playground.base)]
    const name = await ben.name()
    await ben.say('before')
    await expect.poll(() => ben.texts()).toEqual(['before'])
    await ben.composer.fill('half a sentence')
    await ben.use('long-poll')
    const link = ben.page.locator('.knob.link select')
    await link.selectOption('wifi')
    await expect.poll(() => ben.turns()).toEqual(['short-poll→long-poll', 'no delay→Wi-Fi'])
    await expect.poll(() => ada.notes()).toContain(`${name} joined.`)
    const before = await ada.notes()
    await ben.page.reload()
    await expect.poll(() => link.inputValue()).toBe('wifi')
    await expect.poll(() => ben.texts()).toEqual(['before'])
    expect(await ben.turns()).toEqual([])
    expect(await ben.name()).toBe(name)
    expect(await ben.composer.inputValue()).toBe('half a sentence')
    // Longer than the grace in which a page that does not come back has left.
    await new Promise((resolve) => setTimeout(resolve, 1800))
    await ben.say('after')
    await expect.poll(() => ada.texts()).toEqual(['before', 'after'])
    expect(await ada.notes()).toEqual(before)
  })

  it('go on at the same cursor over another link, and are told that nothing was lost', async () => {
    const playground = await startPlayground()
    const [ada, ben] = [await Visitor.enter(browser, playground.base), await Visitor.enter(browser, playground.base)]
    await expect.poll(() => ada.members.count()).toBe(2)
    await ada.use('sse')
    await ben.say('before')
    await expect.poll(() => ada.texts()).toEqual(['before'])
    await ada.page.locator('.knob.link select').selectOption('4g')
    await ben.say('after')
    await expect.poll(() => ada.texts()).toEqual(['before', 'after'])
    await expect.poll(() => ada.turns()).toEqual(['short-poll→sse', 'no delay→4G'])
    const says = ada.log.locator('.turn small')
    await expect.poll(() => says.allTextContents()).toEqual(Array(2).fill('same cursor · 0 lost · 0 twice'))
    expect(ada.complaints).toEqual([])
  })

  it.each(TRANSPORTS)(
    'are ended by the server over %s when they ask for it, told so, and can come in again',
    async (transport) => {
      const playground = await startPlayground()
      const ada = await Visitor.enter(browser, playground.base)
      await ada.use(transport)
      const name = await ada.name()
      await ada.say(transport === 'long-poll' ? '关闭' : '/close')
      const rejoin = ada.page.getByRole('button', { name: 'Rejoin' })
      await rejoin.waitFor()
      expect(await ada.page.locator('main').textContent()).toContain('The server ended your connection, as you asked.')
      expect(playground.rooms.get('lobby').roster).toEqual([])
      await rejoin.click()
      // Said while still on the way in: kept, and sent on arrival.
      await ada.say('back again')
      await expect.poll(() => playground.rooms.get('lobby').roster.map((member) => member.name)).toEqual([name])
      await expect.poll(() => ada.texts()).toContain('back again')
    },
  )

  it('find their way back when the server is started anew, and lose nothing that they said', async () => {
    const first = await startPlayground({}, await lastingPort())
    const ada = await Visitor.enter(browser, first.base)
    const name = await ada.name()
    await ada.say('to the first')
    await expect.poll(() => ada.texts()).toEqual(['to the first'])
    await first.close()
    await expect.poll(() => ada.page.locator('main').textContent()).toContain('Nothing you said is lost.')
    await ada.say('said into the dark')
    const second = await startPlayground({}, first.port)
    await expect.poll(() => ada.texts()).toContain('said into the dark')
    expect(second.rooms.get('lobby').roster.map((member) => member.name)).toEqual([name])
  }, 180_000)

  it('have rooms of their own by address', async () => {
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
  it('speaks Chinese to who reads it, and gives Chinese names', async () => {
    const { base } = await startPlayground()
    const ada = await Visitor.enter(browser, base, { locale: 'zh-CN' })
    expect(await ada.page.locator('html').getAttribute('lang')).toBe('zh-CN')
    expect(await ada.name()).toMatch(/^\p{Script=Han}+$/u)
    expect(await ada.page.getByRole('radio').first().getAttribute('value')).toBe('short-poll')
    expect(await ada.page.locator('.switch').textContent()).toContain('短轮询')
    await ada.speak('EN')
    expect(await ada.page.locator('.switch').textContent()).toContain('short-poll')
    await ada.speak('中文')
    await ada.shoot('chat-zh-1280')
  })

  it('shows what the server counted: no request while nothing happens on a WebSocket', async () => {
    const playground = await startPlayground()
    const ada = await Visitor.enter(browser, playground.base)
    await ada.use('websocket')
    await ada.say('one')
    await expect.poll(() => ada.texts()).toEqual(['one'])
    const requests = ada.page.locator('.meters article').first().locator('.sub')
    await expect.poll(() => requests.textContent()).toContain('1 in all')
    await new Promise((resolve) => setTimeout(resolve, 3000))
    expect(await requests.textContent()).toContain('1 in all')
  })

  it('lets a bot talk, as often as it is told to, and hush', async () => {
    const playground = await startPlayground()
    const ada = await Visitor.enter(browser, playground.base)
    const bot = ada.page.getByRole('combobox', { name: 'Bot' })
    await bot.selectOption('20')
    await expect.poll(() => ada.lastNumber()).toBeGreaterThan(5)
    const [name] = (await ada.members.allTextContents()).filter((other) => other.startsWith('bot-'))
    await bot.selectOption('50')
    const before = await ada.lastNumber()
    await expect.poll(() => ada.lastNumber()).toBeGreaterThan(before + 10)
    await bot.selectOption('0')
    await expect.poll(() => ada.notes()).toContain(`${name} left.`)
    expect((await ada.notes()).filter((note) => note.startsWith('bot-'))).toEqual([`${name} joined.`, `${name} left.`])
    expect(playground.rooms.get('lobby').roster).toHaveLength(1)
    expect(ada.complaints).toEqual([])
  })

  it('is accessible and fits, at a desk and on a phone, light and dark, in both languages', async () => {
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
      await ada.shoot(`chat-${mode}`)
    })
    expect(ada.complaints).toEqual([])
  }, 180_000)

  it('can be used by keyboard alone', async () => {
    const { base } = await startPlayground()
    const ada = await Visitor.enter(browser, base)
    await ada.page.locator('body').press('3')
    await expect.poll(() => ada.page.locator('.switch input:checked').getAttribute('value')).toBe('websocket')
    await ada.page.keyboard.press('Tab')
    await ada.page.keyboard.press('Enter')
    await ada.composer.press('1')
    expect(await ada.composer.inputValue()).toContain('1')
    await expect.poll(() => ada.page.locator('.switch input:checked').getAttribute('value')).toBe('websocket')
  })

  it('asks nothing of any other origin', async () => {
    const { base } = await startPlayground()
    const context = await browser.newContext()
    const page = await context.newPage()
    const foreign: string[] = []
    page.on('request', (request) => {
      if (!request.url().startsWith(base) && !request.url().startsWith('data:')) foreign.push(request.url())
    })
    await page.goto(base)
    await page.locator('.members li').first().waitFor({ state: 'attached' })
    await context.close()
    expect(foreign).toEqual([])
  })
})
