import { describe, expect, it } from 'vitest'
import { runFuzz } from '../../bench/robustness/fuzz/run-fuzz.ts'
import { rawRequestOf, requestOf } from '../../bench/robustness/fuzz/http-inputs.ts'
import { framesOf, packetsOf } from '../../bench/robustness/fuzz/frame-inputs.ts'
import { inputRandom } from '../../bench/robustness/fuzz/socket-fuzz.ts'
import { outcomeOf } from '../../bench/robustness/fuzz/target.ts'

const INPUTS = 2000

describe('malformed input', () => {
  it(`of ${INPUTS} kinds gets an answer or an end from each transport, no crash, no status 5xx but 503, and one verdict for each draft`, async () => {
    const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 32))
    console.log(`SEED=${seed}`)
    const { results, failures } = await runFuzz(INPUTS, seed)
    expect(failures).toEqual([])
    const counts = [...results.values()].flatMap((kind) => [...kind.values()])
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(INPUTS)
    // Input that is refused at the door only would prove nothing.
    expect(results.get('drafts on three transports')?.get('ack')).toBeGreaterThan(10)
    expect(results.get('HTTP requests')?.get('200')).toBeGreaterThan(5)
    expect(results.get('WebSocket frames')?.get('pong')).toBeGreaterThan(50)
  }, 120_000)

  it('is the same for the same seed', () => {
    const target = { port: 1, token: 'T' }
    const all = (seed: number) => [
      requestOf(inputRandom(seed, 0, 7), target),
      rawRequestOf(inputRandom(seed, 1, 7), target),
      framesOf(inputRandom(seed, 2, 7)).bytes,
      packetsOf(inputRandom(seed, 3, 7)),
    ]
    expect(all(1)).toEqual(all(1))
    expect(all(1)).not.toEqual(all(2))
  })

  it('without an answer, closed without an answer, or answered by 500 is a failure; 503 is not', () => {
    expect(outcomeOf('unanswered', true).failure).toBeDefined()
    expect(outcomeOf('closed', false).failure).toBeDefined()
    expect(outcomeOf({ status: 500, text: '' }, true).failure).toBe('status 500')
    expect(outcomeOf({ status: 503, text: '' }, true).failure).toBeUndefined()
    expect(outcomeOf({ status: 400, text: '' }, true).failure).toBeUndefined()
  })
})
