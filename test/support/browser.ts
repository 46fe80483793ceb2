import { mkdir } from 'node:fs/promises'
import {
  chromium as launcher,
  type Browser,
  type BrowserContextOptions,
  type Locator,
  type Page,
} from 'playwright-core'
import { TRANSPORTS, type About, type AboutLink } from '../../src/protocol.ts'
import { violationsOf } from './accessibility.ts'
import { newProfile } from './browser-profile.ts'
import { unpackedChromium } from './chromium.ts'
import { pageModes } from './page-modes.ts'

/** A real Chromium: the one that npm installed, or CHROMIUM_PATH. */
export async function launchBrowser(): Promise<Browser> {
  const own = process.env['CHROMIUM_PATH']
  const { executablePath, env } = own === undefined ? await unpackedChromium() : { executablePath: own, env: {} }
  // Never the package's own arguments: they switch off what keeps one origin from another.
  return launcher.launch({ executablePath, env: { ...process.env, ...env }, args: ['--no-sandbox'], headless: true })
}

/** Sets poll interval and link in the tab's storage, as an earlier choice of the user does. */
const earlierChoices = (intervalMs: number, profile: string) =>
  `sessionStorage.getItem('tuning') ?? sessionStorage.setItem('tuning', '{"intervalMs":${intervalMs}}')
   sessionStorage.getItem('profile') ?? sessionStorage.setItem('profile', '${profile}')`

/**
 * Answers what a page asks of `/about`. A route of Playwright would let every answer of the server make a detour through the browser
 * process, and delay it by some ms.
 */
function answerAbout(about: About): void {
  const { fetch } = globalThis
  globalThis.fetch = (input, init) =>
    new URL(input instanceof Request ? input.url : input, location.href).pathname.endsWith('/about')
      ? Promise.resolve(Response.json(about))
      : fetch(input, init)
}

/** A desktop and a phone. */
const SIZES = [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
]

/** A page into which axe-core can be injected. */
export const INSPECTED: BrowserContextOptions = { bypassCSP: true }
/** A page whose drawings move with each frame, as most users see them. */
export const MOVING: BrowserContextOptions = { reducedMotion: 'no-preference' }

/** Earlier choices of the user: by default a quick poll, and no link. */
interface Choices {
  intervalMs?: number
  profile?: string
  /** Links that the page uses instead of the server's. The page is entered with `INSPECTED`. */
  links?: readonly AboutLink[]
}

/** A user with a page in a separate browser profile. */
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
   * Polls are quick by default, so that a test does not wait for a second.
   */
  static async enter(
    browser: Browser,
    url: string,
    { intervalMs = 200, profile = 'local', links, ...options }: BrowserContextOptions & Choices = {},
  ): Promise<Visitor> {
    const context = await newProfile(browser, options)
    await context.addInitScript(earlierChoices(intervalMs, profile))
    if (links)
      await context.addInitScript(answerAbout, { links: [...links], transports: [...TRANSPORTS] } satisfies About)
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

  /** Rows of the log whose message has come back from the server: only these have a button. */
  get messages(): Locator {
    return this.log.getByRole('listitem').filter({ has: this.page.getByRole('button') })
  }
  /** Rows of the log that report a change of transport or link. */
  get switches(): Locator {
    return this.log.getByRole('listitem').filter({ has: this.page.getByRole('img', { name: '→' }) })
  }

  /** Texts in the log that came back from the server, in order. */
  async texts(): Promise<string[]> {
    return this.messages.evaluateAll((rows) =>
      rows.map((row) => [...row.querySelectorAll('p')].at(-1)?.textContent ?? ''),
    )
  }

  /** The number in the last text, of a member that counts. */
  async lastNumber(): Promise<number> {
    const text = await this.messages.last().getByRole('paragraph').last().textContent()
    return Number(/\d+/.exec(text ?? '')?.[0])
  }

  async notes(): Promise<string[]> {
    const isTimed = { has: this.page.getByRole('time'), hasNot: this.page.getByRole('button') }
    return this.log.getByRole('listitem').filter(isTimed).locator('> span').allTextContents()
  }

  /** Changes of transport and link in the log, as from and to. */
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

  /** Findings of axe-core, each with its rule and elements. The page was opened with `INSPECTED`. */
  violations(): Promise<string[]> {
    return violationsOf(this.page)
  }

  /** How many px the page is wider than its window. */
  overflowPx(): Promise<number> {
    return this.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  }

  /** The page in the modes of `pageModes`, with a name for each. */
  async inEveryMode(look: (mode: string) => Promise<void>): Promise<void> {
    for (const { size, colorScheme, language } of pageModes(SIZES)) {
      await this.page.setViewportSize(size)
      await this.page.emulateMedia({ colorScheme })
      await this.setLanguage(language)
      await look(`${size.width}-${colorScheme}-${language === 'EN' ? 'en' : 'zh'}`)
    }
  }

  /** Changes the language, and settles when its texts are loaded. */
  async setLanguage(language: 'EN' | '中文'): Promise<void> {
    await this.page.getByRole('button', { name: language, exact: true }).click()
    await this.page.locator(`html[lang="${language === 'EN' ? 'en' : 'zh-CN'}"]`).waitFor({ state: 'attached' })
  }

  /** A picture for people, with SCREENSHOTS=1. */
  async takeScreenshot(name: string): Promise<void> {
    if (process.env['SCREENSHOTS'] !== '1') return
    await mkdir('test/artefacts', { recursive: true })
    await this.page.screenshot({ path: `test/artefacts/${name}.png` })
  }
}
