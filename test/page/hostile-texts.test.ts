import { describe, expect, it } from 'vitest'
import { Visitor } from '../support/browser.ts'
import { newProfile } from '../support/browser-profile.ts'
import { draft, person, startPlayground } from '../support/playground.ts'
import { ask } from '../support/raw-request.ts'
import { sharedBrowser } from '../support/shared-browser.ts'

/** HTML, scripts and addresses that would act if a page took them for its own. */
const TEXTS = [
  '<script>document.title = "taken"</script>',
  '<img src=x onerror="document.title = \'taken\'">',
  '<svg onload="document.title = \'taken\'">',
  '<iframe srcdoc="<script>parent.document.title = \'taken\'</script>"></iframe>',
  '<a href="javascript:document.title = \'taken\'">click</a>',
  '<style>body { display: none }</style>',
  '<base href="https://other.example/">',
  '<meta http-equiv="refresh" content="0; url=https://other.example/">',
  '"><img src="https://other.example/x.png">',
  '</p></li></ol><h1>taken</h1>',
  '<!--',
  '&lt;b&gt; &#60;script&#62;',
  '${document.title} {{constructor.constructor("document.title = 1")()}}',
  'javascript:document.title="taken"',
  'https://other.example/"onmouseover="document.title=1',
  '\u202e\u2066<b>right to left</b>',
]

const browser = await sharedBrowser()

describe('HTML and scripts', () => {
  it('in texts of others are shown as text, and load, run and change nothing', async () => {
    const playground = await startPlayground({ links: 'off' })
    const visitor = await Visitor.enter(browser, `${playground.base}/#/room/lobby`)
    const { page } = visitor
    const foreign: string[] = []
    page.on('request', (request) => {
      const url = new URL(request.url())
      if (url.protocol.startsWith('http') && url.origin !== playground.base) foreign.push(request.url())
    })
    page.on('dialog', (dialog) => {
      foreign.push(`dialog: ${dialog.message()}`)
      void dialog.dismiss()
    })
    const title = await page.title()
    const { token } = await person(playground, 'mallory')
    const headers = { authorization: `Bearer ${token}` }
    for (const text of TEXTS) {
      const { status } = await ask(playground, '/rooms/lobby/messages', { method: 'POST', headers, body: draft(text) })
      expect(status).toBe(201)
    }
    await expect.poll(() => visitor.texts()).toEqual(TEXTS)
    expect(
      await visitor.log.locator('script, img[src], iframe, style, base, meta, h1, a[href^="javascript"]').count(),
    ).toBe(0)
    expect(await page.title()).toBe(title)
    expect(foreign).toEqual([])
    // Chromium reports each violation of the content security policy as an error.
    expect(visitor.browserErrors).toEqual([])
  })

  it.each(TEXTS.slice(0, 4))('in the address of the page act on nothing: %s', async (text) => {
    const playground = await startPlayground({ links: 'off' })
    const page = await (await newProfile(browser)).newPage()
    const violations: string[] = []
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) violations.push(message.text())
    })
    page.on('pageerror', (error) => violations.push(String(error)))
    // No room has such a name: the page says so.
    await page.goto(`${playground.base}/?q=${encodeURIComponent(text)}#/room/${encodeURIComponent(text)}`)
    await expect.poll(() => page.locator('body').innerText()).not.toBe('')
    expect(await page.title()).not.toContain('taken')
    expect(await page.locator('iframe, img[onerror], svg[onload], body script:not([src])').count()).toBe(0)
    expect(violations).toEqual([])
  })

  it.each(['<b>ada</b>', 'ada"onclick', 'a&b', "a'b", 'javascript:1', 'a\u202eb'])(
    'are refused in the name %j',
    async (name) => {
      const playground = await startPlayground({ links: 'off' })
      const { status, body } = await ask(playground, '/rooms/lobby/members', { method: 'POST', body: { name } })
      expect(status).toBe(400)
      expect(body).toMatchObject({ type: 'invalid', field: 'name' })
    },
  )
})
