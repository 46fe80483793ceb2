import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { HoldQueue, type Hold } from '../../src/server/log/hold-queue.ts'
import { Heartbeat, type HeartbeatTarget } from '../../src/server/log/heartbeat.ts'

describe('a queue of holds', () => {
  /** Holds that leave the queue when they expire, as a held read does. */
  function startQueue() {
    const queue = new HoldQueue()
    const expired: string[] = []
    const early: string[] = []
    const add = (name: string, ms: number) => {
      const hold: Hold = {
        deadline: 0,
        previous: null,
        next: null,
        expire: () => {
          if (performance.now() < hold.deadline) early.push(name)
          expired.push(name)
          queue.remove(hold, ms)
        },
      }
      const addedAt = performance.now()
      queue.add(hold, ms)
      expect(hold.deadline).toBeGreaterThanOrEqual(addedAt + ms)
      return { remove: () => queue.remove(hold, ms) }
    }
    return { add, expired, early }
  }

  it('expires holds of one length in their order, none before its time', async () => {
    const { add, expired, early } = startQueue()
    add('first', 40)
    await sleep(10)
    add('second', 40)
    await sleep(10)
    add('third', 40)
    await expect.poll(() => expired).toEqual(['first', 'second', 'third'])
    expect(early).toEqual([])
  })

  it('expires holds of different lengths by their deadlines, and begins again when all have expired', async () => {
    const { add, expired, early } = startQueue()
    add('long', 200)
    add('short', 20)
    await expect.poll(() => expired).toEqual(['short', 'long'])
    add('again', 20)
    await expect.poll(() => expired).toEqual(['short', 'long', 'again'])
    expect(early).toEqual([])
  })

  it('does not expire a hold that was removed, wherever the hold was in the queue', async () => {
    const { add, expired, early } = startQueue()
    const holds = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => add(name, 60))
    for (const removed of [0, 2, 3, 5]) holds[removed]?.remove()
    await sleep(20)
    add('g', 60)
    await expect.poll(() => expired).toEqual(['b', 'e', 'g'])
    expect(early).toEqual([])
    holds[1]?.remove()
    add('h', 60)
    await expect.poll(() => expired).toEqual(['b', 'e', 'g', 'h'])
  })

  it('waits for the time of the next hold when the first was removed, and for none when all were', async () => {
    const { add, expired, early } = startQueue()
    const first = add('first', 60)
    await sleep(30)
    add('second', 60)
    first.remove()
    await expect.poll(() => expired).toEqual(['second'])
    expect(early).toEqual([])
    add('third', 60).remove()
    await sleep(90)
    add('fourth', 60)
    await expect.poll(() => expired).toEqual(['second', 'fourth'])
    expect(early).toEqual([])
  })
})

describe('a heartbeat', () => {
  const INTERVAL_MS = 160
  /** A connection is put into a slice of a sixteenth of the interval: its first interval may be shorter by a slice. */
  const SLICE_MS = INTERVAL_MS / 16

  function startHeartbeat() {
    const heartbeat = new Heartbeat(INTERVAL_MS)
    onTestFinished(() => heartbeat.close())
    const open = () => {
      const beats: number[] = []
      const target: HeartbeatTarget = { lastSentSlice: 0, onHeartbeat: () => void beats.push(performance.now()) }
      const openedAt = performance.now()
      heartbeat.add(target)
      return { beats, openedAt, send: () => (target.lastSentSlice = heartbeat.currentSlice), target }
    }
    return { heartbeat, open }
  }

  it('comes after each interval in which a connection sent nothing', async () => {
    const { open } = startHeartbeat()
    const { beats, openedAt } = open()
    await expect.poll(() => beats.length, { interval: 5 }).toBeGreaterThan(2)
    const [first = 0, second = 0, third = 0] = beats
    expect(first - openedAt).toBeGreaterThanOrEqual(INTERVAL_MS - SLICE_MS - 2)
    // Timers of a blocked process fire late and then in time: the sum of two intervals is not shorter.
    expect(third - first).toBeGreaterThanOrEqual(2 * INTERVAL_MS - 4 * SLICE_MS)
    expect(third).toBeGreaterThan(second)
  })

  it('comes later when the connection has sent something', async () => {
    const { open } = startHeartbeat()
    const quiet = open()
    const talking = open()
    const timer = setInterval(talking.send, SLICE_MS)
    onTestFinished(() => clearInterval(timer))
    await expect.poll(() => quiet.beats.length, { interval: 5 }).toBeGreaterThan(1)
    expect(talking.beats).toEqual([])
    clearInterval(timer)
    await expect.poll(() => talking.beats.length, { interval: 5 }).toBe(1)
  })

  it('does not come after a connection was removed, and comes to one that is added after the last was removed', async () => {
    const { heartbeat, open } = startHeartbeat()
    const [removed, kept] = [open(), open()]
    heartbeat.remove(removed.target)
    heartbeat.remove(removed.target)
    await expect.poll(() => kept.beats.length, { interval: 5 }).toBe(1)
    heartbeat.remove(kept.target)
    const next = open()
    await expect.poll(() => next.beats.length, { interval: 5 }).toBe(1)
    expect([removed.beats.length, kept.beats.length]).toEqual([0, 1])
  })

  it('names its interval in its frame', () => {
    expect(JSON.parse(startHeartbeat().heartbeat.frame)).toEqual({ type: 'heartbeat', heartbeatMs: INTERVAL_MS })
  })
})
