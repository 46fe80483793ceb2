import { expect, it } from 'vitest'
import { Clock } from '../../src/page/measure/clock.ts'

it('the clock follows the quickest recent answer until an answer contradicts it, as after a change of the server’s clock', () => {
  const clock = new Clock()
  expect(clock.reading).toBeNull()
  clock.addSample(1000, 6001, 1002)
  clock.addSample(2000, 7030, 2040)
  expect(clock.reading).toEqual({ offsetMs: 5000, halfRoundTripMs: 1 })
  clock.addSample(3000, 8052, 3004)
  expect(clock.reading).toEqual({ offsetMs: 5050, halfRoundTripMs: 2 })
})
