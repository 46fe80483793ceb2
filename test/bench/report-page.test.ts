import { describe, expect, it } from 'vitest'
import { renderHtml } from '../../bench/report/html.ts'
import type { Report } from '../../bench/report/schema.ts'
import { TRANSPORTS } from '../../src/protocol.ts'
import { newProfile } from '../support/browser-profile.ts'
import { sampleReport } from '../support/sample-report.ts'
import { sharedBrowser } from '../support/shared-browser.ts'

const browser = await sharedBrowser()

/** The sample with the same values for each transport that it lacks, so that curves end at the same place. */
function reportOfAll(): Report {
  const sample = sampleReport()
  const lacking = TRANSPORTS.filter((name) => sample.cells.every(({ subject }) => subject !== name))
  const like = sample.cells.filter(({ subject }) => subject === 'long-poll')
  const added = lacking.flatMap((subject) =>
    like.map((cell) => ({ ...cell, subject, id: cell.id.replace('long-poll', subject) })),
  )
  return { ...sample, cells: [...sample.cells, ...added] }
}

describe('the figures in a browser', () => {
  const html = renderHtml(reportOfAll())

  it.each([
    [1366, 'en-US'],
    [1366, 'zh-CN'],
    [390, 'en-US'],
    [390, 'zh-CN'],
  ])('have no words that overlap or are cut off, %i px wide, in %s', async (width, locale) => {
    const page = await (await newProfile(browser, { viewport: { width, height: 900 }, locale })).newPage()
    await page.setContent(html)
    const found = await page.evaluate(() => {
      const pictures = [...document.querySelectorAll('.panel svg')].filter((svg) => svg.checkVisibility())
      const problems = pictures.flatMap((svg) => {
        const { left, right } = svg.getBoundingClientRect()
        const all = [...svg.querySelectorAll('text')].map((text) => ({
          words: `${svg.closest('section')?.id}: ${text.textContent}`,
          box: text.getBoundingClientRect(),
        }))
        const overlap = (a: DOMRect, b: DOMRect) =>
          Math.min(a.right, b.right) - Math.max(a.left, b.left) > 0.5 &&
          // Boxes include the space between lines.
          Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3
        return all.flatMap(({ words, box }, i) => [
          ...(box.left < left - 1 || box.right > right + 1 ? [`${words} is cut off`] : []),
          ...all.slice(i + 1).flatMap((other) => (overlap(box, other.box) ? [`${words} and ${other.words}`] : [])),
        ])
      })
      return { pictures: pictures.length, problems, isTooWide: document.documentElement.scrollWidth > innerWidth }
    })
    expect(found.pictures).toBeGreaterThan(14)
    expect(found).toMatchObject({ problems: [], isTooWide: false })
  })
})
