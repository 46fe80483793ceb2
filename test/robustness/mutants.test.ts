import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { mutantsOf, mutated, sampleOf } from '../../bench/robustness/mutate/mutants.ts'
import { allMutants } from '../../bench/robustness/mutate/run-mutants.ts'
import { CONCERNED, FOLDERS } from '../../bench/robustness/mutate/tests-concerned.ts'

const textsOf = (text: string) => mutantsOf('a.ts', text).map((mutant) => mutated(text, mutant))

describe('the mutants of a text', () => {
  it.each([
    ['a < b', ['a <= b']],
    ['a === b', ['a !== b']],
    ['a && b', ['a || b']],
    ['a ?? b', ['b']],
    ['a += 2', ['a -= 2', 'a += 0']],
    ['!a', ['a']],
    ['x = true', ['x = false']],
    ["x = 'word'", ["x = ''"]],
    ['if (a) b = c', ['if (true) b = c', 'if (false) b = c']],
    ['x = a ? b : c', ['x = true ? b : c', 'x = false ? b : c']],
    ['call(a)', ['{}']],
    ['x = Math.min(a, b)', ['x = Math.max(a, b)']],
  ])('of %s are %j', (text, expected) => {
    expect(textsOf(text)).toEqual(expected)
  })

  it.each([
    "import { a } from 'b'",
    "export { a } from 'b'",
    'interface A { b: 1 | 2 }',
    "type A = 'b' | true",
    "let a: 'b' | 1",
    "throw new Error('a text for people')",
    "a = b + 'c '",
  ])('do not exist for %s', (text) => {
    expect(textsOf(text)).toEqual([])
  })
})

describe('a sample of the mutants', () => {
  it('is the same for the same seed, another for another seed, and without repetition', () => {
    const all = allMutants()
    expect(all.length).toBeGreaterThan(1000)
    const sample = sampleOf(all, 50, 1)
    expect(sample).toHaveLength(50)
    expect(new Set(sample).size).toBe(50)
    expect(sampleOf(all, 50, 1)).toEqual(sample)
    expect(sampleOf(all, 50, 2)).not.toEqual(sample)
    for (const mutant of sample) {
      const text = readFileSync(mutant.file, 'utf8')
      expect(text.slice(mutant.start, mutant.end)).toBe(mutant.original)
    }
  })
})

it('each folder that is mutated has tests that exist', () => {
  for (const folder of FOLDERS)
    for (const test of CONCERNED[folder]) expect(readFileSync(test, 'utf8').length, test).toBeGreaterThan(0)
})
