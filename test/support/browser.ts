import { readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import {
  chromium as launcher,
  type Browser,
  type BrowserContextOptions,
  type Locator,
  type Page,
} from 'playwright-core'
import { onTestFinished } from 'vitest'
import { unpackedChromium } from './chromium.ts'

/** A real Chromium: the one that npm installed, or CHROMIUM_PATH. */
export async function launchBrowser(): Promise<Browser> {
  const own = process.env['CHROMIUM_PATH']
  const { executablePath, env } = own === undefined ? await unpackedChromium() : { executablePath: own, env: {} }
  // Never the package's own arguments: they switch off what keeps one origin from another.
  return launcher.launch({ executablePath, env: { ...process.env, ...env }, args: ['--no-sandbox'], headless: true })
}

/** As if the person had set the poll interval and the link in this tab before. */
const earlierChoices = (intervalMs: number, profile: string) =>
  `sessionStorage.getItem('tuning') ?? sessionStorage.setItem('tuning', '{"intervalMs":${intervalMs}}')
   sessionStorage.getItem('profile') ?? sessionStorage.setItem('profile', '${profile}')`

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

/** How a page is looked at: a desk and a phone, by day and by night, in both languages. */
const MODES = [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
].flatMap((size) =>
  (['light', 'dark'] as const).flatMap((colorScheme) =>
    (['EN', '中文'] as const).map((language) => ({ size, colorScheme, language })),
  ),
)

/** A page that axe-core can be brought into. */
export const INSPECTED: BrowserContextOptions = { bypassCSP: true }
/** A page whose pictures move with each frame, as most people see it. */
export const MOVING: BrowserContextOptions = { reducedMotion: 'no-preference' }

/** Choices of the person before: by default a quick poll, and no link. */
interface Choices {
  intervalMs?: number
  profile?: string
}

/** A person at a page of their own, in a browser profile of their own. */
export class Visitor {
  readonly page: Page
  readonly browserErrors: string[] = []

  private constructor(page: Page) {
    this.page = page
    page.on('console', (message) => {
      if (message.type() === 'error') this.browserErrors.push(message.text())
    })
    page.on('pageerror', (error) => this.browserErrors.push(String(error)))
  }

  /**
   * Polls are asked quickly, unless it is told otherwise: nobody waits for a second here. And the pictures move once a
   * second: there is no graphics card to draw them.
   */
  static async enter(
    browser: Browser,
    url: string,
    { intervalMs = 200, profile = 'local', ...options }: BrowserContextOptions & Choices = {},
  ): Promise<Visitor> {
    const viewport = { width: 1280, height: 800 }
    const context = await browser.newContext({ viewport, locale: 'en-US', reducedMotion: 'reduce', ...options })
    onTestFinished(() => context.close())
    await context.addInitScript(earlierChoices(intervalMs, profile))
    const visitor = new Visitor(await context.newPage())
    await visitor.page.goto(url)
    await visitor.ownName.waitFor({ state: 'attached' })
    return visitor
  }

  get log(): Locator {
    return this.page.getByRole('log')
  }
  get composer(): Locator {
    return this.page.getByRole('textbox', { name: /^(Message|消息)$/ })
  }
  get memberList(): Locator {
    return this.page.getByRole('complementary')
  }
  get members(): Locator {
    return this.memberList.getByRole('listitem').locator('bdi')
  }

  /** Rows of the log with a message that came back from the server: only these have a button. */
  get messages(): Locator {
    return this.log.getByRole('listitem').filter({ has: this.page.getByRole('button') })
  }
  /** Rows of the log that say that the transport or the link was changed. */
  get switches(): Locator {
    return this.log.getByRole('listitem').filter({ has: this.page.getByRole('img', { name: '→' }) })
  }

  /** Texts in the log that came back from the server, in order. */
  async texts(): Promise<string[]> {
    return this.messages.evaluateAll((rows) =>
      rows.map((row) => [...row.querySelectorAll('p')].at(-1)?.textContent ?? ''),
    )
  }

  /** The number in the last text, of somebody who counts. */
  async lastNumber(): Promise<number> {
    const text = await this.messages.last().getByRole('paragraph').last().textContent()
    return Number(/\d+/.exec(text ?? '')?.[0])
  }

  async notes(): Promise<string[]> {
    const isTimed = { has: this.page.getByRole('time'), hasNot: this.page.getByRole('button') }
    return this.log.getByRole('listitem').filter(isTimed).locator('> span').allTextContents()
  }

  /** What was gone over from and to, in the log: transports and links. */
  async switchLabels(): Promise<string[]> {
    const rows = await this.switches.all()
    return Promise.all(rows.map(async (row) => (await row.locator('span').allTextContents()).join('→')))
  }

  /** The carrier and the mode that the status lights show. */
  async statusLights(): Promise<string[]> {
    const spoken = await this.page
      .getByRole('status')
      .filter({ hasText: /^Carrier / })
      .textContent()
    return /^Carrier (.*), mode (.*)$/.exec(spoken ?? '')?.slice(1) ?? []
  }

  async name(): Promise<string> {
    return (await this.ownName.textContent()) ?? ''
  }

  /** The button that shows the visitor's name and changes it. */
  get ownName(): Locator {
    return this.page.getByRole('banner').getByRole('button').locator('bdi')
  }

  async say(text: string): Promise<void> {
    await this.composer.fill(text)
    await this.composer.press('Enter')
  }

  async use(transport: string): Promise<void> {
    const option = this.page.getByRole('radio').and(this.page.locator(`[value="${transport}"]`))
    await option.check({ force: true })
  }

  /** What axe-core finds, each as its rule and the elements. The page is entered with `INSPECTED`. */
  async violations(): Promise<string[]> {
    await this.page.evaluate(`globalThis.axe ?? ${readFileSync(AXE, 'utf8')}`)
    return this.page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: { run: () => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }
      }
      const { violations } = await axe.run()
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
    })
  }

  /** By how many px the page is wider than its window. */
  overflowPx(): Promise<number> {
    return this.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  }

  /** The page as it is now, in every mode, with a name for each. */
  async inEveryMode(look: (mode: string) => Promise<void>): Promise<void> {
    for (const { size, colorScheme, language } of MODES) {
      await this.page.setViewportSize(size)
      await this.page.emulateMedia({ colorScheme })
      await this.setLanguage(language)
      await look(`${size.width}-${colorScheme}-${language === 'EN' ? 'en' : 'zh'}`)
    }
  }

  /** In this language from here on: its words are loaded first. */
  async setLanguage(language: 'EN' | '中文'): Promise<void> {
    await this.page.getByRole('button', { name: language, exact: true }).click()
    await this.page.locator(`html[lang="${language === 'EN' ? 'en' : 'zh-CN'}"]`).waitFor({ state: 'attached' })
  }

  async takeScreenshot(name: string): Promise<void> {
    await mkdir('test/artefacts', { recursive: true })
    await this.page.screenshot({ path: `test/artefacts/${name}.png` })
  }
}
