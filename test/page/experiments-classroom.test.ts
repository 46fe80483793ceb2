// @module-tag long
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { CLAIMS } from '../../src/page/lessons/claims.ts'
import { LESSONS } from '../../src/page/lessons/list.ts'
import type { LessonResult } from '../../src/page/lessons/result.ts'
import { INSPECTED, Visitor } from '../support/browser.ts'
import { openExperiment } from '../support/experiment-page.ts'
import { startPlayground } from '../support/playground.ts'
import { sharedBrowser } from '../support/shared-browser.ts'

const browser = await sharedBrowser()

/** A result as a run keeps it. */
const quietRoomResult = (claim: LessonResult['claim'], value: number): LessonResult => ({
  ...{ lesson: 'quiet-room', at: Date.UTC(2026, 10, 26), durationMs: 20_000, guess: null, delivery: null, claim },
  ...{ verdict: 'agrees', reasons: [], settings: { link: 'wifi', seconds: 20, seed: 1 } },
  conditions: { profile: null, rttMs: 0, bitsPerSecond: null, directMs: 0.5 },
  points: [1, 2, 5].map((x) => ({
    ...{ series: 'answers', x, value: value / x, low: value / x, high: value / x },
    ...{ replicates: 1, model: 60 / x, tolerance: 3 },
  })),
  noise: {
    ...{ stallMs: 0, longestStallMs: 0, pushMs: 1, twinMs: 0, publisherLateMs: 0, clockMs: 0.5, limited: 0 },
    wasHidden: false,
  },
})

const keepResult = (page: Page, result: LessonResult) =>
  page.addInitScript((kept) => localStorage.setItem('experiments', kept), JSON.stringify({ [result.lesson]: result }))

async function openClaims(base: string, result: LessonResult | null): Promise<Page> {
  const { page } = await openExperiment(browser, `${base}/#/experiments/claims`)
  if (result) {
    await keepResult(page, result)
    await page.reload()
    await page.getByRole('heading', { level: 1 }).waitFor()
  }
  return page
}

describe('the page of the claims', () => {
  const claim = (page: Page, text: string) => page.getByRole('main').getByRole('listitem').filter({ hasText: text })
  const SILENT = 'sends nothing as long as there are no messages'

  it('has no verdict before an experiment has run here, and leads to the experiment of each', async () => {
    const { base } = await startPlayground({ links: 'off' })
    const page = await openClaims(base, null)
    expect(await page.getByText('Not tried here yet').count()).toBe(CLAIMS.length)
    for (const { lesson } of CLAIMS) {
      const link = page.locator(`a[href="#/experiments/${lesson}"]`)
      expect(await link.count(), lesson).toBe(1)
    }
    await page.locator('a[href="#/experiments/quiet-room"]').click()
    await page.getByRole('heading', { level: 1, name: 'What does a long poll send while nothing happens?' }).waitFor()
    // And back, to the claim that the experiment tests.
    await page.getByRole('link', { name: 'Claim 3 of 8' }).click()
    const named = page.locator('[data-named="true"]')
    await named.waitFor()
    expect(await named.innerText()).toContain(SILENT)
  })

  it('has the verdict and the figure of the newest run, whatever they are', async () => {
    const { base } = await startPlayground({ links: 'off' })
    const refuted = await openClaims(base, quietRoomResult('does not hold', 58))
    expect(await claim(refuted, SILENT).innerText()).toMatch(/Does not hold[^]*58 empty answers per minute/)
    expect(await refuted.getByText('Not tried here yet').count()).toBe(CLAIMS.length - 1)
    const confirmed = await openClaims(base, quietRoomResult('holds', 0))
    expect(await claim(confirmed, SILENT).innerText()).toMatch(/Holds\n[^]*got 0 empty answers per minute/)
    const undecided = await openClaims(base, quietRoomResult('open', 40))
    expect(await claim(undecided, SILENT).innerText()).toContain('The run did not decide')
  })
})

describe('the handout', () => {
  it('has each experiment with a blank prediction, and prints without the page around it', async () => {
    const { base } = await startPlayground({ links: 'off' })
    const { page, errors } = await openExperiment(browser, `${base}/#/experiments/handout`)
    expect(await page.getByRole('main').getByRole('heading', { level: 2 }).count()).toBe(LESSONS.length)
    // A blank handout has no figure of a model in its tables.
    const cells = await page.getByRole('cell').allTextContents()
    expect(cells.length).toBeGreaterThan(20)
    expect(cells.filter((text) => text !== '')).toEqual([])
    expect(await page.locator('[data-right="true"]').count()).toBe(0)
    await page.emulateMedia({ media: 'print' })
    expect(await page.getByRole('banner').isVisible()).toBe(false)
    expect(await page.getByRole('button', { name: 'Print' }).isVisible()).toBe(false)
    const pdf = await page.pdf({ format: 'A4' })
    const pages = pdf.toString('latin1').match(/\/Type \/Page\b/g)?.length ?? 0
    expect(pages).toBeGreaterThan(4)
    expect(pages).toBeLessThanOrEqual(LESSONS.length)
    expect(errors).toEqual([])
  })

  it('has the answers of the models on its second print, in both languages', async () => {
    const { base } = await startPlayground({ links: 'off' })
    const { page } = await openExperiment(browser, `${base}/#/experiments/handout`)
    await page.getByRole('link', { name: 'Answers' }).click()
    await page.getByRole('heading', { level: 1, name: 'Experiments on polling and WebSocket: answers' }).waitFor()
    const cells = await page.getByRole('cell').allTextContents()
    expect(cells.length).toBeGreaterThan(20)
    expect(cells.filter((text) => text === '')).toEqual([])
    const choices = LESSONS.filter((lesson) => lesson.prediction({ ...lessonSettings(lesson) }).kind === 'choice')
    expect(await page.locator('[data-right="true"]').count()).toBe(choices.length)
    await page.getByRole('button', { name: '中文' }).click()
    await page.getByRole('heading', { level: 1, name: '轮询与 WebSocket 实验：答案' }).waitFor()
    expect(await page.getByText('模型', { exact: true }).count()).toBeGreaterThan(5)
  })

  it('can be limited to some experiments', async () => {
    const { base } = await startPlayground({ links: 'off' })
    const { page } = await openExperiment(browser, `${base}/#/experiments/handout?lessons=cuts,tokens`)
    expect(await page.getByRole('main').getByRole('heading', { level: 2 }).allTextContents()).toEqual([
      expect.stringContaining('A tunnel every 15 seconds'),
      expect.stringContaining('A language model answers'),
    ])
  })
})

const lessonSettings = (lesson: (typeof LESSONS)[number]) => ({
  ...Object.fromEntries(lesson.parameters.map((parameter) => [parameter.name, parameter.default])),
  seed: 1,
})

describe('the class board', () => {
  it(
    'shows the predictions of two browsers live, over their own transports, and then the measured result',
    { timeout: 90_000 },
    async () => {
      const { base } = await startPlayground({ links: 'off' })
      const address = `${base}/#/experiments/seventh-request/board?room=class-7&hold=1`
      const ada = await openExperiment(browser, address)
      const ben = await openExperiment(browser, address)
      for (const [visit, transport] of [
        [ada, 'websocket'],
        [ben, 'long-poll'],
      ] as const) {
        await visit.page.getByRole('combobox', { name: 'Read by' }).selectOption(transport)
        await visit.page.getByText('connected', { exact: true }).waitFor()
      }
      const optionOf = ({ page }: { page: Page }, text: string) =>
        page.getByRole('region', { name: 'All predictions' }).getByRole('listitem').filter({ hasText: text })
      const predictAs = async ({ page }: { page: Page }, option: string) => {
        await page.getByRole('radio', { name: option }).check()
        await page.getByRole('button', { name: 'Send prediction' }).click()
        await page.getByText('Sent. You can change it').waitFor()
      }
      await predictAs(ada, 'It fails with an error')
      await ben.page.getByText('1 prediction', { exact: true }).waitFor()
      // A member sees the predictions of others after its own.
      await ben.page.getByText('The predictions of others are shown once you have sent yours.').waitFor()
      await predictAs(ben, 'It waits without a sign')
      for (const visit of [ada, ben]) {
        await expect.poll(() => optionOf(visit, 'It waits without a sign').innerText()).toMatch(/\n1\n/)
        await expect.poll(() => optionOf(visit, 'It fails with an error').innerText()).toMatch(/\n1\n/)
      }
      await ada.page.getByRole('button', { name: 'Run the experiment' }).click()
      for (const visit of [ada, ben]) {
        await expect
          .poll(() => optionOf(visit, 'It waits without a sign').innerText(), { timeout: 40_000 })
          .toContain('Measured')
        await visit.page.getByText('Run by').waitFor()
      }
      expect([...ada.errors, ...ben.errors]).toEqual([])
      // The room's chat shows the same as messages.
      const cleo = await Visitor.enter(browser, `${base}/#/room/class-7`)
      await expect.poll(async () => (await cleo.texts()).length).toBe(3)
      expect(await cleo.texts()).toEqual([
        '[experiment seventh-request] prediction: error',
        '[experiment seventh-request] prediction: waits',
        expect.stringMatching(/^\[experiment seventh-request\] result: (agrees|too noisy to say): waits$/),
      ])
    },
  )

  it('has the predictions first once they are shown to a member without one, and says what a verdict means', async () => {
    const { base } = await startPlayground({ links: 'off' })
    const address = `${base}/#/experiments/quiet-room/board?room=class-9`
    const [projector, pupil] = [await openExperiment(browser, address), await openExperiment(browser, address)]
    const headings = () => projector.page.locator('.board-main').getByRole('heading', { level: 2 }).allTextContents()
    const question = 'How many empty answers does each of them get per minute?'
    expect(await headings()).toEqual([question, 'All predictions'])
    await pupil.page.getByRole('button', { name: 'Send prediction' }).click()
    await projector.page.getByText('1 prediction', { exact: true }).waitFor()
    await projector.page.getByRole('button', { name: 'Show them now' }).click()
    expect(await headings()).toEqual(['All predictions', question])
    const visitor = await Visitor.enter(browser, `${base}/#/room/class-9`)
    await visitor.say('[experiment quiet-room] result: too noisy to say: 1=50 2=25 5=11')
    for (const { page } of [projector, pupil]) await page.getByText('run the experiment again').waitFor()
    // In the units of the chart, on average over the three places.
    await projector.page.getByRole('row', { name: /Measured/ }).waitFor()
    expect(await projector.page.getByRole('row').last().innerText()).toMatch(/\t16\.3$/)
  })

  it('leads to the same board by its link and its QR code, and says when only this machine can open it', async () => {
    const { base, port } = await startPlayground({ links: 'off' })
    const { page, errors } = await openExperiment(
      browser,
      `${base}/#/experiments/quiet-room/board?room=class-8&seconds=12`,
    )
    const join = page.getByRole('region', { name: 'Join' })
    await join.getByRole('note').waitFor()
    const path = '/#/experiments/quiet-room/board?seconds=12&room=class-8'
    expect(await join.locator('code').textContent()).toBe(`http://127.0.0.1:${port}${path}`)
    await join.getByRole('textbox', { name: 'Address of this machine' }).fill('192.168.1.20')
    const address = `http://192.168.1.20:${port}${path}`
    await expect.poll(() => join.locator('code').textContent()).toBe(address)
    expect(await join.getByRole('note').count()).toBe(0)
    await page.getByRole('img', { name: `QR code of ${address}` }).waitFor()
    await join.getByRole('textbox').fill('no host')
    await join.getByText('This is no address of a host.').waitFor()
    expect(errors).toEqual([])
  })
})

describe('the pages of the classroom', () => {
  it('pass axe in each mode, and fit the window', { timeout: 180_000 }, async () => {
    const { base } = await startPlayground({ links: 'off' })
    const visitor = await Visitor.enter(browser, base, INSPECTED)
    const check = async (path: string, mode: string) => {
      expect(await visitor.violations(), `${path} ${mode}`).toEqual([])
      expect(await visitor.overflowPx(), `${path} ${mode}`).toBeLessThanOrEqual(0)
    }
    const enter = async (path: string) => {
      await visitor.page.goto(`${base}/#/experiments/${path}`)
      await visitor.page.getByRole('main').getByRole('heading', { level: 1 }).waitFor()
    }
    for (const path of ['claims', 'quiet-room/board?room=c']) {
      await enter(path)
      await visitor.inEveryMode((mode) => check(path, mode))
    }
    // The last mode is a phone by night. Paper has one look; each kind of prediction is there once.
    for (const path of ['handout?lessons=quiet-room,seventh-request', 'handout?answers&lessons=quiet-room,tokens']) {
      await enter(path)
      await check(path, 'phone')
    }
    expect(visitor.browserErrors).toEqual([])
  })
})
