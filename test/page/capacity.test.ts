import { describe, expect, it } from 'vitest'
import { activityOf, capacityOf, coldShare, framesPerMessage, type CapacityRequest } from '../../src/models/capacity.ts'
import { billOf } from '../../src/models/capacity-bill.ts'
import { fitTransport, type CapacityObservation } from '../../src/models/capacity-fit.ts'
import { fitCosts, withoutOutliers } from '../../src/models/least-squares.ts'
import { CAPACITY_FIELDS } from '../../src/page/capacity/capacity-settings.ts'
import { problemsOf, settingsOf, textsFrom, valuesOf } from '../../src/page/capacity/number-fields.ts'
import type { TransportName } from '../../src/transports.ts'
import { INSPECTED } from '../support/browser.ts'
import { openGuide } from '../support/guide.ts'
import { LONG } from '../support/long.ts'
import { startPlayground } from '../support/playground.ts'
import { sampleCoefficients } from '../support/sample-coefficients.ts'
import { sharedBrowser } from '../support/shared-browser.ts'

const browser = await sharedBrowser()

const REQUEST: CapacityRequest = {
  transport: 'websocket',
  clients: 1000,
  ratePerS: 4,
  intervalMs: 1000,
  holdMs: 25_000,
  rttMs: 0,
  arrivals: 'periodic',
  payloadBytes: 100,
  headerBytes: null,
  hasTls: false,
  targetUtilisation: 0.6,
}

describe('the fit of costs', () => {
  it('finds the costs behind exact values', () => {
    const parts = [[1, 100], [2, 300], [4, 100], [1, 900]] as const // prettier-ignore
    const costs = fitCosts(parts.map(([a, b]) => ({ parts: [a, b], value: 40 * a + 9 * b })))
    expect(costs[0]).toBeCloseTo(40, 2)
    expect(costs[1]).toBeCloseTo(9, 4)
  })

  it('gives no cost below 0, and 0 to a part that no observation contains', () => {
    const costs = fitCosts([
      { parts: [1, 10, 0], value: 8 },
      { parts: [1, 20, 0], value: 19 },
      { parts: [1, 30, 0], value: 31 },
    ])
    expect(Math.min(...costs)).toBe(0)
    expect(costs[2]).toBe(0)
    expect(costs[1]).toBeCloseTo(1, 0)
  })

  it('leaves out a cost that is far above what the others predict, and never more than a quarter of them', () => {
    const observations = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => ({ parts: [1, n], value: 10 + 5 * n }))
    const spoilt = observations.map((one, i) => (i === 2 ? { ...one, value: 3 * one.value } : one))
    expect(withoutOutliers(spoilt)).toEqual(observations.filter((_, i) => i !== 2))
    expect(withoutOutliers(observations)).toEqual(observations)
    const half = observations.map((one, i) => (i % 2 === 0 ? { ...one, value: 10 * one.value } : one))
    expect(withoutOutliers(half).length).toBeGreaterThanOrEqual(6)
    // Less than predicted is no fault: nothing makes work cheaper.
    const cheap = observations.map((one, i) => (i === 2 ? { ...one, value: one.value / 3 } : one))
    expect(withoutOutliers(cheap)).toContain(cheap[2])
  })

  it('refuses values without a cost', () => {
    expect(() => fitCosts([])).toThrow('at least one')
    expect(() => fitCosts([{ parts: [1], value: 0 }])).toThrow('above 0')
  })

  it.each(['short-poll', 'long-poll', 'websocket'] as const)('finds the costs of %s from its loads', (transport) => {
    const costs = sampleCoefficients.transports[transport]
    const observations = [125, 250, 500, 1000].flatMap((clients) =>
      [0.5, 2].map((ratePerS): CapacityObservation => {
        const load = { ...REQUEST, clients, ratePerS }
        const activity = activityOf(transport, load, sampleCoefficients)
        const { requestsPerS, answersPerS, framesPerS, deliveriesPerS } = activity
        return {
          ...activity,
          clients,
          ratePerS,
          gapMs: transport === 'long-poll' ? 2 + 0.05 * clients : null,
          bytes: {
            upHeaders: requestsPerS * (costs?.bytes.requestBytes ?? 0),
            downHeaders: (requestsPerS - answersPerS) * 54 + answersPerS * 98,
            body: deliveriesPerS * 220 + (answersPerS + framesPerS) * 38,
            wire: null,
          },
        }
      }),
    )
    const fitted = fitTransport(transport, observations, { publishUs: 150, memoryBytes: 12_000, arrivals: 'periodic' })
    const again = { ...sampleCoefficients, transports: { [transport]: fitted } }
    const check = { ...REQUEST, clients: 3000, ratePerS: 1 }
    const [predicted, real] = [again, sampleCoefficients].map((of) => activityOf(transport, check, of))
    expect((predicted?.utilisation ?? 0) / (real?.utilisation ?? 1)).toBeCloseTo(1, 2)
    expect((predicted?.requestsPerS ?? 0) / Math.max(1, real?.requestsPerS ?? 1)).toBeCloseTo(
      transport === 'websocket' ? 0 : 1,
      2,
    )
    expect(fitted.range.clients).toEqual([125, 1000])
  })
})

describe('the prediction', () => {
  it('sends one frame for each message while the server is idle, and shares frames when it is not', () => {
    expect(framesPerMessage(1, 1)).toBeCloseTo(1, 3)
    expect(framesPerMessage(10, 1000)).toBeCloseTo(0.1, 3)
    expect(framesPerMessage(1, 900, 'periodic')).toBe(1)
    expect(framesPerMessage(1, 2000, 'periodic')).toBe(0.5)
  })

  it('finds all caches cold after a long pause, and few of them when work comes often', () => {
    expect(coldShare(0.001, 10)).toBeCloseTo(1, 3)
    expect(coldShare(10_000, 10)).toBeCloseTo(0.01, 3)
    // After exactly the time constant, 1 − 1/e; at random moments with this mean, a half.
    expect(coldShare(100, 10, 'periodic')).toBeCloseTo(1 - 1 / Math.E, 6)
    expect(coldShare(100, 10)).toBe(0.5)
  })

  it('makes a poll at a busy server cheaper than at a quiet one', () => {
    const usPerPoll = (clients: number) => {
      const load = { ...REQUEST, transport: 'short-poll', clients, ratePerS: 0.001 } as const
      const { utilisation, requestsPerS } = activityOf('short-poll', load, sampleCoefficients)
      return (utilisation * 1e6) / requestsPerS
    }
    expect(usPerPoll(5)).toBeGreaterThan(1.5 * usPerPoll(5000))
  })

  it('makes a held poll cheaper where messages come often', () => {
    const cpu = { messageUs: 0, requestUs: 40, answerUs: 0, coldUs: 30, warmMs: 400, frameUs: 0 }
    const held = sampleCoefficients.transports['long-poll']
    const costs = {
      process: { ...sampleCoefficients.process, publishUs: 0 },
      transports: { ...(held ? { 'long-poll': { ...held, cpu } } : {}) },
    }
    for (const ratePerS of [0.1, 1, 10]) {
      const { utilisation, requestsPerS } = activityOf('long-poll', { ...REQUEST, clients: 100, ratePerS }, costs)
      expect((utilisation * 1e6) / requestsPerS).toBeCloseTo(40 + 30 * coldShare(ratePerS, 400, REQUEST.arrivals), 6)
    }
  })

  it('counts polls by the interval, whatever the rate', () => {
    for (const ratePerS of [0.1, 10]) {
      const { activity } = capacityOf({ ...REQUEST, transport: 'short-poll', ratePerS }, sampleCoefficients)
      expect(activity.requestsPerS).toBeCloseTo(1000, 6)
    }
  })

  it('adds 22 bytes for each TLS record, and the bytes of a longer text', () => {
    const of = (changed: Partial<CapacityRequest>) =>
      capacityOf({ ...REQUEST, ...changed }, sampleCoefficients).bytesPerS
    const frames = capacityOf(REQUEST, sampleCoefficients).activity.framesPerS
    expect(of({ hasTls: true }) - of({})).toBeCloseTo(22 * frames, 3)
    expect(of({ payloadBytes: 150 }) - of({})).toBeCloseTo(50 * frames, 3)
  })

  it('replaces the headers of a poll by those of the settings', () => {
    const poll = { ...REQUEST, transport: 'short-poll', ratePerS: 0.001 } as const
    const of = (headerBytes: number | null) => capacityOf({ ...poll, headerBytes }, sampleCoefficients).bytesPerS
    // One empty poll a second for each of 1,000 clients.
    expect((of(871) - of(null)) / 1000).toBeCloseTo(871 - 75 - 54, 1)
  })

  it.each(['short-poll', 'long-poll', 'websocket', 'sse', 'http-stream'] as const)(
    'spreads %s over processes whose load stays below the target',
    (transport: TransportName) => {
      const capacity = capacityOf({ ...REQUEST, transport, clients: 200_000, rttMs: 40 }, sampleCoefficients)
      expect(capacity.processes).toBeGreaterThan(1)
      expect(capacity.activity.utilisation).toBeLessThanOrEqual(0.6)
      expect(capacity.cores).toBeCloseTo(capacity.processes * capacity.activity.utilisation, 6)
      expect(capacity.beyond).toEqual(expect.arrayContaining(['clients', 'processes']))
    },
  )

  it('says which quantities are beyond the measured range', () => {
    expect(capacityOf(REQUEST, sampleCoefficients).beyond).toEqual([])
    expect(capacityOf({ ...REQUEST, clients: 1001.5 }, sampleCoefficients).beyond).toContain('clients')
    expect(capacityOf({ ...REQUEST, ratePerS: 7 }, sampleCoefficients).beyond).toEqual(['ratePerS', 'deliveriesPerS'])
  })

  it('bills machines by what they lack first, and traffic by the gigabyte', () => {
    const prices = { machine: 40, coresPerMachine: 1, gigabytesPerMachine: 4, gigabyte: 0.05 }
    const capacity = capacityOf(REQUEST, sampleCoefficients)
    const bill = billOf(capacity, prices, 0.6)
    expect(bill).toMatchObject({ machines: 1, machinesPrice: 40, because: 'cores' })
    expect(bill.gigabytes).toBeCloseTo(((capacity.wireBytesPerS ?? 0) * 30 * 86_400) / 1e9, 6)
    expect(billOf({ ...capacity, memoryBytes: 9e9 }, prices, 0.6)).toMatchObject({ machines: 3, because: 'memory' })
  })
})

describe('the numbers of the settings', () => {
  it('are read from an address, and written to it where they differ from the defaults', () => {
    const texts = textsFrom(CAPACITY_FIELDS, { users: '5000', rate: '0.5' })
    expect(valuesOf(CAPACITY_FIELDS, texts)).toMatchObject({ users: 5000, rate: 0.5, interval: 1000 })
    expect(settingsOf(CAPACITY_FIELDS, texts)).toEqual({ users: '5000', rate: '0.5' })
    expect(problemsOf(CAPACITY_FIELDS, texts)).toEqual([])
  })

  it.each([
    ['users', '0'],
    ['users', '1.5'],
    ['users', ''],
    ['rate', 'fast'],
    ['load', '101'],
  ] as const)(
    // prettier-ignore
    '%s does not allow “%s”, and keeps its default',
    (name, text) => {
      const texts = textsFrom(CAPACITY_FIELDS, { [name]: text })
      expect(problemsOf(CAPACITY_FIELDS, texts)).toEqual([name])
      expect(valuesOf(CAPACITY_FIELDS, texts)[name]).toBe(CAPACITY_FIELDS[name].default)
    },
  )
})

describe('#/capacity', () => {
  it('computes from the report of the package, and keeps its settings in the address', async () => {
    const { base } = await startPlayground({ reports: '' })
    const { page, browserErrors } = await openGuide(browser, `${base}/#/capacity?t=sse&users=500&rate=2`)
    await page.getByRole('heading', { name: 'sse, 500 users' }).waitFor()
    expect(await page.getByRole('radio', { checked: true }).getAttribute('value')).toBe('sse')
    await page.getByText('measured range', { exact: true }).first().waitFor()
    await page.getByLabel('Users at the same time').fill('200000')
    await page.getByRole('heading', { name: /^sse, 200.000 users$/ }).waitFor()
    await page.getByText('Extrapolated', { exact: true }).waitFor()
    await expect.poll(() => page.evaluate(() => location.hash)).toBe('#/capacity?t=sse&users=200000&rate=2')
    await page.reload()
    await page.getByRole('heading', { name: /^sse, 200.000 users$/ }).waitFor()
    await page.getByRole('button', { name: /^100.000 users$/ }).click()
    await page.getByRole('radio', { name: 'short-poll' }).check({ force: true })
    await page.getByRole('heading', { name: /^short-poll, 100.000 users$/ }).waitFor()
    await expect.poll(() => page.evaluate(() => location.hash)).toContain('headers=871')
    expect(browserErrors).toEqual([])
  })

  it('says the field and its limit for a number that is not allowed', async () => {
    const { base } = await startPlayground({ reports: '' })
    const { page } = await openGuide(browser, `${base}/#/capacity`)
    const users = page.getByLabel('Users at the same time')
    await users.fill('many')
    expect(await page.getByRole('alert').textContent()).toMatch(
      /^Users at the same time: “many” is not allowed. Enter a number from 1 to 10.000.000.$/,
    )
    expect(await users.getAttribute('aria-invalid')).toBe('true')
    expect(await page.evaluate(() => location.hash)).toBe('#/capacity')
    await users.fill('12')
    await expect.poll(() => page.getByRole('alert').count()).toBe(0)
    await expect.poll(() => page.evaluate(() => location.hash)).toBe('#/capacity?users=12')
  })

  it('links to the report of its costs, and has a table behind the chart', async () => {
    const { base } = await startPlayground({ reports: '' })
    const { page } = await openGuide(browser, `${base}/#/capacity`)
    await page.getByRole('img', { name: /^CPU cores over the number of users/ }).waitFor()
    await page.getByText('The same as a table').click()
    const table = page.getByRole('table', { name: /^CPU cores by number of users/ })
    expect(await table.getByRole('row').count()).toBe(7)
    await page.getByRole('link', { name: 'Open the report' }).click()
    await page.getByRole('heading', { name: /^The report that comes with this program/ }).waitFor()
  })

  it('has no violation that axe-core finds, in both languages and themes, and fits a phone', LONG, async () => {
    const { base } = await startPlayground({ reports: '' })
    const guide = await openGuide(browser, `${base}/#/capacity?users=20000`, INSPECTED)
    await guide.page.getByRole('heading', { level: 2 }).first().waitFor()
    await guide.inEveryMode(async (mode) => {
      await guide.page.locator('.capacity-readings').waitFor()
      expect(await guide.violations(), mode).toEqual([])
      expect(await guide.overflowPx(), mode).toBeLessThanOrEqual(0)
    })
  })
})
