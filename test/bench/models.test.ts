import { describe, expect, it } from 'vitest'
import {
  bisect,
  bytes,
  crossovers,
  fanOut,
  gapMs,
  longPoll,
  longPollPeriodic,
  overload,
  push,
  saturation,
  shortPoll,
  snapshotPoll,
  batchInFrame,
  pushedBytes,
  type Path,
} from '../../src/models/index.ts'
import { chunkBytes, frameBytes, frameHeadBytes, headBytesOf } from '../../src/frame-sizes.ts'
import { seededRandom } from '../../src/random.ts'

/** Every draw comes from it, so that a run repeats to the last digit: nothing here can fail by chance. */
const SEED = 6202

const SHARES = [0.1, 0.5, 0.9, 0.99]

/** Gaps between messages, in ms. */
type Arrivals = () => number

function poisson(ratePerS: number, ...path: number[]): Arrivals {
  const random = seededRandom(SEED, ...path)
  return () => (-Math.log(1 - random()) / ratePerS) * 1000
}

const periodic =
  (ratePerS: number): Arrivals =>
  () =>
    1000 / ratePerS

interface Client extends Path {
  /** How long the server may keep a question; 0: it answers at once. */
  holdMs: number
  /** The least time between two questions. */
  intervalMs: number
}

/**
 * One client that asks, event by event, knowing nothing of any formula: its question travels up, the server looks, waits
 * for a message if it may and there is none, makes the answer from what it saw, and the answer travels down.
 */
function askUntil(messages: number, client: Client, arrivals: Arrivals) {
  const latencies = new Float64Array(messages)
  let [delivered, responses, empty, unattended] = [0, 0, 0, 0]
  let [stored, askedAt] = [arrivals(), 0]
  while (delivered < messages) {
    const arrivedAt = askedAt + client.oneWayUpMs
    const lookedAt = Math.max(arrivedAt, Math.min(stored, arrivedAt + client.holdMs))
    const receivedAt = lookedAt + client.serviceMs + client.oneWayDownMs
    responses++
    if (stored > lookedAt) empty++
    for (; stored <= lookedAt && delivered < messages; stored += arrivals()) {
      if (stored < arrivedAt) unattended++
      latencies[delivered++] = receivedAt - stored
    }
    askedAt = Math.max(receivedAt + client.thinkMs, askedAt + client.intervalMs)
  }
  latencies.sort()
  const share = (latencyMs: number) => {
    const above = latencies.findIndex((latency) => latency > latencyMs)
    return above < 0 ? 1 : above / messages
  }
  return {
    meanMs: latencies.reduce((sum, latency) => sum + latency, 0) / messages,
    maxMs: latencies.at(-1) ?? NaN,
    quantileMs: (at: number) => latencies[Math.floor(at * messages)] ?? NaN,
    share,
    requestsPerMessage: responses / messages,
    responsesPerS: (responses / askedAt) * 1000,
    emptyShare: empty / responses,
    unattendedShare: unattended / messages,
    /** Messages in each answer with news, new or not. */
    snapshotBytes: (request: number, message: number, window: number) =>
      (request * responses + (responses - empty) * window * message) / messages,
    bytesPerMessage: (request: number, message: number) => (request * responses + message * messages) / messages,
  }
}

/** Within 1.5 % of the model, or, for what is nearly nothing, within `floor` of it. */
function agree(name: string, model: number, simulated: number, floor = 0) {
  const allowed = Math.max(0.015 * Math.abs(model), floor)
  expect(Math.abs(simulated - model), `${name}: model ${model}, simulated ${simulated}`).toBeLessThanOrEqual(allowed)
}

const near: Path = { oneWayDownMs: 0, oneWayUpMs: 0, serviceMs: 0.4, thinkMs: 0.6 }
const far: Path = { oneWayDownMs: 50, oneWayUpMs: 50, serviceMs: 1, thinkMs: 2 }
const lopsided: Path = { oneWayDownMs: 20, oneWayUpMs: 80, serviceMs: 5, thinkMs: 0 }

describe(`short poll against a simulation, seed ${SEED}`, () => {
  it.each([
    { name: 'quiet, near', ratePerS: 0.05, intervalMs: 1000, path: near },
    { name: 'one per interval, near', ratePerS: 1, intervalMs: 1000, path: near },
    { name: 'busy, near', ratePerS: 50, intervalMs: 1000, path: near },
    { name: 'quiet, far', ratePerS: 0.2, intervalMs: 500, path: far },
    { name: 'one per interval, far', ratePerS: 2, intervalMs: 500, path: far },
    { name: 'busy, far', ratePerS: 20, intervalMs: 200, path: far },
    { name: 'an interval below the round trip', ratePerS: 5, intervalMs: 50, path: far },
  ])('$name', ({ name, ratePerS, path, ...asked }) => {
    const intervalMs = shortPoll.effectiveIntervalMs({ ...path, ...asked })
    const simulated = askUntil(100_000, { ...path, ...asked, holdMs: 0 }, poisson(ratePerS, 1, intervalMs, ratePerS))
    const wait = { ...path, intervalMs }
    const polling = { ratePerS, intervalMs }

    agree(`${name}: mean`, shortPoll.meanMs(wait), simulated.meanMs)
    agree(`${name}: max`, shortPoll.maxMs(wait), simulated.maxMs)
    expect(simulated.maxMs).toBeLessThanOrEqual(shortPoll.maxMs(wait) + 1e-6)
    for (const share of SHARES) {
      const latencyMs = shortPoll.quantileMs(wait, share)
      agree(`${name}: quantile ${share}`, latencyMs, simulated.quantileMs(share), intervalMs / 200)
      agree(`${name}: cdf at ${latencyMs}`, shortPoll.cdf(wait, latencyMs), simulated.share(latencyMs), 0.005)
      expect(shortPoll.cdf(wait, latencyMs)).toBeCloseTo(share, 9)
    }
    agree(`${name}: requests per message`, shortPoll.requestsPerMessage(polling), simulated.requestsPerMessage)
    agree(`${name}: empty share`, shortPoll.emptyShare(polling), simulated.emptyShare, 0.001)
    agree(
      `${name}: bytes per message`,
      shortPoll.bytesPerMessage(polling, { headerBytes: 400, messageBytes: 120 }),
      simulated.bytesPerMessage(400, 120),
    )
  })

  it.each([
    { name: 'one per 2.6 intervals', ratePerS: 1 / 2.618 },
    { name: '3.7 per interval', ratePerS: 3.7321 },
  ])('periodic, $name', ({ name, ratePerS }) => {
    const intervalMs = 1000
    const simulated = askUntil(100_000, { ...far, intervalMs, holdMs: 0 }, periodic(ratePerS))
    agree(`${name}: mean`, shortPoll.meanMs({ ...far, intervalMs }), simulated.meanMs)
    agree(`${name}: empty`, shortPoll.periodicEmptyShare({ ratePerS, intervalMs }), simulated.emptyShare, 0.001)
  })

  it.each([0.5, 5, 50])(
    'agrees for snapshot-poll at %d messages/s, whose answers with news contain the window',
    (ratePerS) => {
      const simulated = askUntil(100_000, { ...near, intervalMs: 200, holdMs: 0 }, poisson(ratePerS, 7, ratePerS))
      const weights = { headerBytes: 250, envelopeBytes: 40, messageBytes: 220 }
      const model = snapshotPoll.bytesPerMessage({ ratePerS, intervalMs: 200 }, weights, 100)
      agree(
        'snapshot',
        model,
        simulated.snapshotBytes(weights.headerBytes, weights.messageBytes + weights.envelopeBytes / 100, 100),
      )
    },
  )

  it('returns 0 and 1 outside the range of latencies', () => {
    expect(shortPoll.cdf({ ...far, intervalMs: 500 }, 50)).toBe(0)
    expect(shortPoll.cdf({ ...far, intervalMs: 500 }, 552)).toBe(1)
  })
})

describe(`long poll against a simulation, seed ${SEED}`, () => {
  it.each([
    { name: 'quiet, near', ratePerS: 0.05, holdMs: 25_000, path: near },
    { name: 'one per second, near', ratePerS: 1, holdMs: 25_000, path: near },
    { name: 'busy, near', ratePerS: 500, holdMs: 25_000, path: near },
    { name: 'quiet, far, short hold', ratePerS: 0.5, holdMs: 1000, path: far },
    { name: 'one per gap, far', ratePerS: 10, holdMs: 1000, path: far },
    { name: 'busy, far', ratePerS: 100, holdMs: 25_000, path: far },
    { name: 'a hold below the gap', ratePerS: 4, holdMs: 60, path: lopsided },
  ])('$name', ({ name, ratePerS, holdMs, path }) => {
    const simulated = askUntil(200_000, { ...path, holdMs, intervalMs: 0 }, poisson(ratePerS, 2, holdMs, ratePerS))
    const holding = { ratePerS, holdMs, gapMs: gapMs(path) }
    const wait = { ...holding, ...path }

    agree(`${name}: responses per second`, longPoll.responsesPerS(holding), simulated.responsesPerS)
    agree(`${name}: chance in gap`, longPoll.chanceInGap(holding), simulated.unattendedShare, 0.0005)
    agree(`${name}: mean`, longPoll.meanMs(wait), simulated.meanMs)
    // The latest of k uniform waits stays about 1/k short of the longest.
    const lateMessages = 200_000 * simulated.unattendedShare
    agree(`${name}: max`, longPoll.maxMs(wait), simulated.maxMs, (5 * holding.gapMs) / lateMessages)
    expect(simulated.maxMs).toBeLessThanOrEqual(longPoll.maxMs(wait) + 1e-6)
    for (const share of SHARES) {
      const latencyMs = longPoll.quantileMs(wait, share)
      agree(`${name}: quantile ${share}`, latencyMs, simulated.quantileMs(share), holding.gapMs / 100)
    }
    for (const part of [0, 0.3, 0.7, 1]) {
      const latencyMs = longPoll.maxMs(wait) - (1 - part) * holding.gapMs + 1e-6
      agree(`${name}: cdf at ${latencyMs}`, longPoll.cdf(wait, latencyMs), simulated.share(latencyMs), 0.005)
    }
    agree(`${name}: requests per message`, longPoll.requestsPerMessage(holding), simulated.requestsPerMessage)
    agree(`${name}: empty share`, longPoll.emptyShare(holding), simulated.emptyShare, 0.001)
    agree(
      `${name}: bytes per message`,
      longPoll.bytesPerMessage(holding, { headerBytes: 400, messageBytes: 120 }),
      simulated.bytesPerMessage(400, 120),
    )
  })

  it('lies between its idle rate and its ceiling', () => {
    const holding = { gapMs: 100, holdMs: 900 }
    expect(longPoll.responsesPerS({ ...holding, ratePerS: 0 })).toBe(longPoll.idleResponsesPerS(holding))
    expect(longPoll.responsesPerS({ ...holding, ratePerS: 1e-9 })).toBeCloseTo(1, 6)
    expect(longPoll.responsesPerS({ ...holding, ratePerS: 1e6 })).toBeCloseTo(longPoll.ceilingPerS(holding), 9)
    expect(longPoll.idleResponsesPerS(holding)).toBe(1)
    expect(longPoll.ceilingPerS(holding)).toBe(10)
  })

  it('takes one to three transits, as RFC 6202 says', () => {
    const wait = { oneWayDownMs: 40, oneWayUpMs: 40, serviceMs: 0, thinkMs: 0, holdMs: 30_000 }
    const held = { ...wait, gapMs: gapMs(wait), ratePerS: 0.01 }
    expect(longPoll.quantileMs(held, 0.5)).toBe(40)
    expect(longPoll.meanMs(held)).toBeCloseTo(40, 0)
    expect(longPoll.maxMs(held)).toBe(120)
    expect(longPoll.cdf(held, 39)).toBe(0)
    expect(longPoll.cdf(held, 121)).toBe(1)
  })

  // G is 103 ms.
  it.each([
    { name: 'several per gap', periodMs: 103 / 3.7321, holdMs: 1000 },
    { name: 'closer than a gap', periodMs: 103 / 1.618, holdMs: 1000 },
    { name: 'further than a gap', periodMs: 250, holdMs: 1000 },
    { name: 'behind one hold, in the hold', periodMs: 1500, holdMs: 1000 },
    { name: 'behind one hold, early in the gap', periodMs: 1120, holdMs: 1000 },
    { name: 'behind one hold, late in the gap', periodMs: 1195, holdMs: 1000 },
    { name: 'behind three holds, in the gap', periodMs: 3 * 603 + 80, holdMs: 500 },
  ])('periodic, $name', ({ name, periodMs, holdMs }) => {
    const ratePerS = 1000 / periodMs
    const simulated = askUntil(100_000, { ...far, holdMs, intervalMs: 0 }, periodic(ratePerS))
    const wait = { ...far, ratePerS, holdMs, gapMs: gapMs(far) }
    agree(`${name}: mean`, longPollPeriodic.meanMs(wait), simulated.meanMs)
    agree(`${name}: max`, longPollPeriodic.maxMs(wait), simulated.maxMs)
    // Beside the steps, which stand at whole parts.
    for (const share of [0.13, 0.52, 0.93, 0.99]) {
      const latencyMs = longPollPeriodic.quantileMs(wait, share)
      agree(`${name}: quantile ${share}`, latencyMs, simulated.quantileMs(share), wait.gapMs / 100)
    }
    for (const part of [0, 0.3, 0.7, 1]) {
      const latencyMs = longPoll.maxMs(wait) - (1 - part) * wait.gapMs + 1e-6
      agree(`${name}: cdf at ${latencyMs}`, longPollPeriodic.cdf(wait, latencyMs), simulated.share(latencyMs), 0.005)
    }
    agree(`${name}: requests`, longPollPeriodic.requestsPerMessage(wait), simulated.requestsPerMessage)
    agree(`${name}: empty share`, longPollPeriodic.emptyShare(wait), simulated.emptyShare, 0.001)
  })
})

describe(`push and fan-out against a simulation, seed ${SEED}`, () => {
  it('equals the last leg without a queue', () => {
    expect(push.meanMs({ oneWayDownMs: 50, serviceMs: 0.2 })).toBe(50.2)
    const one = fanOut.meanMs({ ratePerS: 1e-9, subscribers: 1, serviceMs: 0.2, oneWayDownMs: 50 })
    expect(one).toBeCloseTo(push.meanMs({ oneWayDownMs: 50, serviceMs: 0.2 }), 9)
  })

  it.each([
    { name: 'quiet', ratePerS: 2, subscribers: 50, serviceMs: 0.1, oneWayDownMs: 0 },
    { name: 'half busy', ratePerS: 50, subscribers: 20, serviceMs: 0.5, oneWayDownMs: 0 },
    { name: 'half busy, far', ratePerS: 50, subscribers: 20, serviceMs: 0.5, oneWayDownMs: 50 },
    { name: 'nearly full', ratePerS: 800, subscribers: 10, serviceMs: 0.1, oneWayDownMs: 0 },
  ])('fan-out, $name', ({ name, ...room }) => {
    const arrivals = poisson(room.ratePerS, 3, room.subscribers)
    const messages = 400_000
    let [now, freeAt, sum] = [0, 0, 0]
    for (let message = 0; message < messages; message++) {
      now += arrivals()
      freeAt = Math.max(now, freeAt)
      for (let copy = 0; copy < room.subscribers; copy++) {
        freeAt += room.serviceMs
        sum += freeAt + room.oneWayDownMs - now
      }
    }
    agree(`${name}: mean`, fanOut.meanMs(room), sum / messages / room.subscribers)
  })

  it('diverges at full utilisation', () => {
    const room = { ratePerS: 100, subscribers: 100, serviceMs: 0.1, oneWayDownMs: 0 }
    expect(fanOut.utilisation(room)).toBe(1)
    expect(fanOut.meanMs(room)).toBe(Infinity)
  })
})

describe('saturation against a simulation', () => {
  /** Clients in a ring before one server, first come first served: the response time once it has settled. */
  function settledMs(clients: number, serviceMs: number, awayMs: number, intervalMs: number): number {
    const queue = Array.from({ length: clients }, (_, client) => (client * Math.max(intervalMs, awayMs)) / clients)
    let [freeAt, sum] = [0, 0]
    const [warmUp, counted] = [50 * clients, 100 * clients]
    for (let poll = 0; poll < warmUp + counted; poll++) {
      const askedAt = queue[poll] ?? NaN
      freeAt = Math.max(freeAt, askedAt) + serviceMs
      if (poll >= warmUp) sum += freeAt - askedAt
      queue.push(Math.max(freeAt + awayMs, askedAt + intervalMs))
    }
    return sum / counted
  }

  it.each([
    { clients: 50, serviceMs: 2, awayMs: 200 },
    { clients: 100, serviceMs: 2, awayMs: 200 },
    { clients: 150, serviceMs: 2, awayMs: 200 },
    { clients: 400, serviceMs: 2, awayMs: 200 },
  ])('$clients clients that pause, for a knee of 101', (loop) => {
    expect(saturation.kneeClients(loop)).toBe(101)
    agree(
      `${loop.clients} that pause`,
      saturation.responseMs(loop),
      settledMs(loop.clients, loop.serviceMs, loop.awayMs, 0),
    )
  })

  it.each([{ clients: 90 }, { clients: 110 }, { clients: 200 }])(
    '$clients clients with a cadence, for a knee of 100',
    ({ clients }) => {
      const [serviceMs, intervalMs, linkMs] = [2, 200, 40]
      const knee = saturation.cadenceKneeClients({ serviceMs, intervalMs })
      expect(knee).toBe(100)
      const predicted = clients <= knee ? serviceMs : saturation.responseMs({ clients, serviceMs, awayMs: linkMs })
      agree(`${clients} with a cadence`, predicted, settledMs(clients, serviceMs, linkMs, intervalMs))
    },
  )
})

describe(`overloaded long poll against a simulation, seed ${SEED}`, () => {
  /** One thread, first come first served, for questions and publishes alike; publishing itself costs nothing. */
  function serve(room: overload.Overload, seconds: number) {
    const arrivals = poisson(room.ratePerS, 4, room.clients)
    const roundTripMs = room.oneWayDownMs + room.oneWayUpMs
    /** Arrival times of questions: the round trip is the same for all, so they arrive in the order of their answers. */
    const questions = Array.from({ length: room.clients }, (_, client) => ({ client, at: 0 }))
    const log: { sentAt: number; storedAt: number }[] = []
    const read = new Array<number>(room.clients).fill(0)
    let held: number[] = []
    let [sentAt, now, next] = [arrivals(), 0, 0]
    let [responses, deliveries, fromStored, fromSent] = [0, 0, 0, 0]
    const answer = (client: number) => {
      const seen = log.length
      now += room.writeServiceMs
      for (const message of log.slice(read[client])) {
        deliveries++
        fromStored += now + room.oneWayDownMs - message.storedAt
        fromSent += now + room.oneWayDownMs - message.sentAt
      }
      read[client] = seen
      responses++
      questions.push({ client, at: now + roundTripMs })
    }
    while (now < seconds * 1000) {
      const question = questions[next]
      if (question && question.at <= sentAt + room.oneWayUpMs) {
        next++
        now = Math.max(now, question.at) + room.pollServiceMs
        if ((read[question.client] ?? 0) < log.length) answer(question.client)
        else held.push(question.client)
      } else {
        now = Math.max(now, sentAt + room.oneWayUpMs)
        log.push({ sentAt, storedAt: now })
        sentAt += arrivals()
        const waiting = held
        held = []
        for (const client of waiting) answer(client)
      }
    }
    return { batch: deliveries / responses, fromStored: fromStored / deliveries, fromSent: fromSent / deliveries }
  }

  it.each([
    { name: '5 times', ratePerS: 50, oneWayDownMs: 0, oneWayUpMs: 0 },
    { name: '10 times', ratePerS: 100, oneWayDownMs: 0, oneWayUpMs: 0 },
    { name: '10 times, far', ratePerS: 100, oneWayDownMs: 10, oneWayUpMs: 10 },
    { name: '50 times', ratePerS: 500, oneWayDownMs: 0, oneWayUpMs: 0 },
  ])('$name over capacity', ({ name, ...link }) => {
    const room = { ...link, clients: 200, pollServiceMs: 0.2, writeServiceMs: 0.3 }
    expect(overload.cycleMs(room)).toBe(100)
    const simulated = serve(room, 100)
    agree(`${name}: batch`, overload.messagesPerResponse(room), simulated.batch)
    agree(`${name}: from stored`, overload.meanFromStoredMs(room), simulated.fromStored)
    agree(`${name}: from sent`, overload.meanFromSentMs(room), simulated.fromSent)
  })
})

describe(`crossovers, seed ${SEED}`, () => {
  it.each([
    { gapMs: 1, holdMs: 25_000, intervalMs: 1000 },
    { gapMs: 103, holdMs: 25_000, intervalMs: 1000 },
    { gapMs: 103, holdMs: 950, intervalMs: 1000 },
  ])('requests: G $gapMs, H $holdMs, T $intervalMs', (parameters) => {
    const { gapMs, holdMs, intervalMs } = parameters
    const crossing = crossovers.requestsPerS(parameters) ?? NaN
    const path = { oneWayDownMs: gapMs / 2, oneWayUpMs: gapMs / 2, serviceMs: 0, thinkMs: 0 }
    const requests = (ratePerS: number, client: { holdMs: number; intervalMs: number }) =>
      askUntil(100_000, { ...path, ...client }, poisson(ratePerS, 5, holdMs)).requestsPerMessage
    const ratio = (ratePerS: number) =>
      requests(ratePerS, { holdMs, intervalMs: 0 }) / requests(ratePerS, { holdMs: 0, intervalMs })
    expect(ratio(crossing / 1.5)).toBeLessThan(1)
    agree(`requests at ${crossing}/s`, 1, ratio(crossing))
    expect(ratio(crossing * 1.5)).toBeGreaterThan(1)
  })

  it('requests: about one message per interval where G ≪ T ≪ H', () => {
    expect(crossovers.requestsPerS({ gapMs: 1, holdMs: 60_000, intervalMs: 2000 })).toBeCloseTo(0.5, 3)
  })

  it('requests, periodic arrivals: at one message per interval, where a long poll gains anything', () => {
    const parameters = { gapMs: 100, holdMs: 25_000, intervalMs: 500 }
    const crossing = crossovers.periodicRequestsPerS(parameters) ?? NaN
    const requests = (ratePerS: number) => longPollPeriodic.requestsPerMessage({ ...parameters, ratePerS })
    expect(crossing).toBe(2)
    expect(requests(crossing)).toBeCloseTo(shortPoll.requestsPerMessage({ ...parameters, ratePerS: crossing }), 9)
    expect(requests(4)).toBeGreaterThan(shortPoll.requestsPerMessage({ ...parameters, ratePerS: 4 }))
    expect(requests(1)).toBeLessThan(shortPoll.requestsPerMessage({ ...parameters, ratePerS: 1 }))
    expect(crossovers.periodicRequestsPerS({ ...parameters, intervalMs: 100 })).toBeNull()
    expect(crossovers.periodicRequestsPerS({ ...parameters, holdMs: 400 })).toBeNull()
  })

  it('requests: none when long poll never saves requests or always does', () => {
    expect(crossovers.requestsPerS({ gapMs: 100, holdMs: 900, intervalMs: 1000 })).toBeNull()
    expect(crossovers.requestsPerS({ gapMs: 100, holdMs: 500, intervalMs: 1000 })).toBeNull()
    expect(crossovers.requestsPerS({ gapMs: 1000, holdMs: 30_000, intervalMs: 1000 })).toBeNull()
    // A hold a little shorter than the interval still saves some, as the gap comes on top of it.
    expect(crossovers.requestsPerS({ gapMs: 100, holdMs: 901, intervalMs: 1000 })).toBeGreaterThan(0)
  })

  it('bytes: equal at the crossing, short poll cheaper above', () => {
    const cost = { intervalMs: 1000, pollBytes: 520, messageBytes: 180, pushBytes: 300 }
    const crossing = crossovers.bytesPerS(cost) ?? NaN
    const polled = (ratePerS: number) =>
      askUntil(100_000, { ...near, intervalMs: 1000, holdMs: 0 }, poisson(ratePerS, 6)).bytesPerMessage(520, 180)
    agree(`bytes at ${crossing}/s`, cost.pushBytes, polled(crossing))
    expect(polled(crossing * 1.2)).toBeLessThan(cost.pushBytes)
    expect(polled(crossing / 1.2)).toBeGreaterThan(cost.pushBytes)
    expect(crossovers.bytesPerS({ ...cost, pushBytes: 180 })).toBeNull()
  })

  it('CPU: the same shape', () => {
    expect(crossovers.cpuPerS({ intervalMs: 500, pollUs: 200, messageUs: 2, pushUs: 10 })).toBe(50)
    expect(crossovers.cpuPerS({ intervalMs: 500, pollUs: 200, messageUs: 12, pushUs: 10 })).toBeNull()
  })
})

describe('bytes', () => {
  it.each([
    [0, 2, 6],
    [125, 2, 6],
    [126, 4, 8],
    [65_535, 4, 8],
    [65_536, 10, 14],
  ])('a frame of %i bytes has a head of %i down, %i up', (payloadBytes, down, up) => {
    expect(frameHeadBytes(payloadBytes, 'down')).toBe(down)
    expect(frameHeadBytes(payloadBytes, 'up')).toBe(up)
    expect(headBytesOf(frameBytes(payloadBytes, 'down'))).toBe(down)
  })

  it('wraps a batch in chunks and frames and unwraps it', () => {
    expect([1, 15, 16, 255, 256].map(chunkBytes)).toEqual([6, 20, 22, 261, 263])
    for (const batchBytes of [60, 101, 266, 70_000]) {
      const batch = { batchBytes, cursorBytes: 11 }
      expect(batchInFrame(pushedBytes.websocket(batch))).toBe(batchBytes)
      // {"type":"batch","batch":…} against 42["batch",…]: 13 bytes, where both heads are as long.
      if (batchBytes !== 101) expect(pushedBytes.websocket(batch) - pushedBytes['socket-io'](batch)).toBe(13)
    }
  })

  it('adds TCP/IP', () => {
    // SYN, SYN-ACK, ACK, 100 bytes, ACK
    expect(bytes.wireBytes({ applicationBytes: 100, segments: 5, synSegments: 2 })).toBe(100 + 60 + 60 + 3 * 52)
  })
})

describe('bisect', () => {
  it('finds a root, also at an end of the range, and throws without a root', () => {
    expect(bisect((x) => x * x - 2, 0, 2)).toBeCloseTo(Math.SQRT2, 12)
    expect(bisect((x) => 2 - x * x, 0, 2)).toBeCloseTo(Math.SQRT2, 12)
    expect(bisect((x) => x, 0, 1)).toBeCloseTo(0, 12)
    expect(bisect((x) => x - 1, 0, 1)).toBeCloseTo(1, 12)
    expect(() => bisect((x) => x * x + 1, -1, 1)).toThrow(RangeError)
  })
})
