import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openLink } from '../../src/link/link.ts'
import type { Batch } from '../../src/protocol.ts'
import { newProfile } from '../support/browser-profile.ts'
import { LONG } from '../support/long.ts'
import { textsOf } from '../support/playground.ts'
import { sharedBrowser } from '../support/shared-browser.ts'
import { say, startWithHello } from '../support/spoken-room.ts'

const browser = await sharedBrowser()

describe('a browser without our client', () => {
  const open = async (url: string): Promise<Page> => {
    const page = await (await newProfile(browser)).newPage()
    await page.goto(url)
    return page
  }

  it('resumes an EventSource at its cursor after a cut, with no message lost or doubled', LONG, async () => {
    const { playground, ada } = await startWithHello()
    const link = await openLink({ to: { port: playground.port } })
    onTestFinished(() => link.close())
    const page = await open(`${link.url}/healthz`)
    await page.evaluate(() => {
      const seen = { texts: [] as string[], opened: 0 }
      const source = new EventSource('/rooms/lobby/sse')
      source.onopen = () => (seen.opened += 1)
      source.onmessage = ({ data }) => {
        const { events } = JSON.parse(String(data)) as { events: { text?: string }[] }
        seen.texts.push(...events.flatMap(({ text }) => text ?? []))
      }
      Object.assign(globalThis, { seen })
    })
    const seen = () => page.evaluate(() => Reflect.get(globalThis, 'seen') as { texts: string[]; opened: number })
    await expect.poll(seen).toEqual({ texts: ['hello'], opened: 1 })
    const said = ['hello']
    for (let cut = 1; cut <= 2; cut++) {
      const texts = [`before ${cut}`, `while it is away ${cut}`, `and again ${cut}`]
      said.push(...texts)
      await say(playground, ada, texts[0] ?? '')
      link.cut(500)
      await say(playground, ada, ...texts.slice(1))
      await expect.poll(seen).toEqual({ texts: said, opened: cut + 1 })
    }
  })

  it('loads jsonp-poll into a page of another site, which can read nothing else', async () => {
    const elsewhere = createServer((_, response) =>
      response.setHeader('content-type', 'text/html').end('<title>else</title>'),
    )
    await once(elsewhere.listen(0, '127.0.0.1'), 'listening')
    onTestFinished(() => void elsewhere.close())
    const page = await open(`http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`)
    const load = (room: string) =>
      page.evaluate(
        (url) =>
          new Promise<unknown>((resolve) => {
            Object.assign(globalThis, { show: resolve })
            const script = Object.assign(document.createElement('script'), {
              src: url,
              onerror: () => resolve('error'),
            })
            document.head.append(script)
          }),
        `${room}/jsonp-poll?callback=show`,
      )
    const [enabled, disabled] = [await startWithHello(), await startWithHello({ jsonp: false })]
    expect(textsOf(((await load(enabled.room)) as Batch).events)).toEqual(['hello'])
    expect(await load(disabled.room)).toBe('error')
    const fetched = page.evaluate(
      (url) =>
        fetch(url).then(
          () => 'read',
          () => 'kept out',
        ),
      `${enabled.room}/short-poll`,
    )
    expect(await fetched).toBe('kept out')
  })
})
