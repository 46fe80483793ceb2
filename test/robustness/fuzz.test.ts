import { describe, expect, it } from 'vitest'
import { runFuzz } from '../../bench/robustness/fuzz/run-fuzz.ts'
import { pipelineOf, rawRequestOf, requestOf } from '../../bench/robustness/fuzz/http-inputs.ts'
import { framesOf, packetsOf } from '../../bench/robustness/fuzz/frame-inputs.ts'
import { inputRandom } from '../../bench/robustness/fuzz/socket-fuzz.ts'
import { hasAnswers } from '../../bench/robustness/fuzz/raw-http.ts'
import { outcomeOf } from '../../bench/robustness/fuzz/target.ts'

const INPUTS = 2000

describe('malformed input', () => {
  it(`of ${INPUTS} kinds gets an answer or an end from each transport, no crash, no status 5xx but 503, and one verdict for each draft`, async () => {
    const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 32))
    console.log(`SEED=${seed}`)
    const { results, failures } = await runFuzz(INPUTS, seed)
    expect(failures).toEqual([])
    const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0)
    expect(sum([...results.values()].flatMap((kind) => [...kind.values()]))).toBe(INPUTS)
    // Input that is refused at the door only would prove nothing.
    expect(results.get('drafts on three transports')?.get('ack')).toBeGreaterThan(10)
    expect(results.get('HTTP requests')?.get('200')).toBeGreaterThan(5)
    const pipelined = [...(results.get('pipelined HTTP requests') ?? [])]
    const beyond = pipelined.filter(([status]) => status !== '400' && status !== '404')
    expect(sum(beyond.map(([, count]) => count))).toBeGreaterThan(5)
    expect(results.get('WebSocket frames')?.get('pong')).toBeGreaterThan(50)
  }, 120_000)

  it('is the same for the same seed', () => {
    const target = { port: 1, room: 'R', token: 'T' }
    const all = (seed: number) => [
      requestOf(inputRandom(seed, 0, 7), target),
      rawRequestOf(inputRandom(seed, 1, 7), target),
      framesOf(inputRandom(seed, 2, 7)).bytes,
      packetsOf(inputRandom(seed, 3, 7)),
      pipelineOf(inputRandom(seed, 4, 7), target).bytes,
    ]
    expect(all(1)).toEqual(all(1))
    expect(all(1)).not.toEqual(all(2))
  })

  it('that is pipelined needs an answer for each request, or one without an end', () => {
    const answer = (head: string) => `HTTP/1.1 200 OK\r\n${head}\r\n\r\n`
    const isDone = hasAnswers(2)
    expect(isDone(answer('content-length: 0'))).toBe(false)
    expect(isDone(answer('content-length: 0') + answer('content-length: 0'))).toBe(true)
    expect(isDone(answer('Transfer-Encoding: chunked'))).toBe(true)
    expect(isDone('HTTP/1.1 101 Switching Protocols\r\n\r\n')).toBe(true)
  })

  it('without an answer, closed without an answer, or answered by 500 is a failure; 503 is not', () => {
    expect(outcomeOf('unanswered', true).failure).toBeDefined()
    expect(outcomeOf('closed', false).failure).toBeDefined()
    expect(outcomeOf({ status: 500, text: '' }, true).failure).toBe('status 500')
    expect(outcomeOf({ status: 200, text: 'HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 500 Internal' }, true).failure).toBe(
      'status 500',
    )
    expect(outcomeOf({ status: 503, text: '' }, true).failure).toBeUndefined()
    expect(outcomeOf({ status: 400, text: '' }, true).failure).toBeUndefined()
  })
})
