import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const text = readFileSync('docs/security.md', 'utf8')
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }

/** Name and last cell of each row of faults and attacks. */
const rowsOf = (document: string): [string, string][] =>
  [...document.matchAll(/^\| ([FA]\d+) \|.*\| ([^|]*) \|$/gm)].map(([, row = '', shownBy = '']) => [row, shownBy])

/** Tests and commands that a text names. */
const testsIn = (shownBy: string): [string, string][] =>
  [...shownBy.matchAll(/`(test\/[^`]+)` "([^"]+)"/g)].map(([, file = '', title = '']) => [file, title])
const commandsIn = (shownBy: string): string[] =>
  [...shownBy.matchAll(/`npm run ([a-z:]+)[^`]*`/g)].map(([, name = '']) => name)

const isTest = ([file, title]: [string, string]): boolean =>
  existsSync(file) && readFileSync(file, 'utf8').includes(title)

/** What is left of a cell without its tests and commands. */
const rest = (shownBy: string): string =>
  shownBy
    .replaceAll(/`test\/[^`]+` "[^"]+"/g, '')
    .replaceAll(/`npm run [^`]+`/g, '')
    .replaceAll(/[; ]/g, '')

describe('docs/security.md', () => {
  it('has a row for each fault and each attack, in their order', () => {
    const expected = [
      ...Array.from({ length: 21 }, (_, i) => `F${i + 1}`),
      ...Array.from({ length: 23 }, (_, i) => `A${i + 1}`),
    ]
    expect(rowsOf(text).map(([row]) => row)).toEqual(expected)
  })

  it.each(rowsOf(text))('names tests and commands that exist, and at least one, for %s', (_, shownBy) => {
    expect(testsIn(shownBy).filter((test) => !isTest(test))).toEqual([])
    expect(commandsIn(shownBy).filter((name) => !Object.hasOwn(scripts, name))).toEqual([])
    expect(testsIn(shownBy).length + commandsIn(shownBy).length).toBeGreaterThan(0)
    expect(rest(shownBy)).toBe('')
  })

  it('names tests and commands that exist in its text', () => {
    expect(testsIn(text).length).toBeGreaterThan(40)
    expect(testsIn(text).filter((test) => !isTest(test))).toEqual([])
    expect(commandsIn(text).filter((name) => !Object.hasOwn(scripts, name))).toEqual([])
  })

  it('would be refused with a title that no test has', () => {
    expect(isTest(['test/layout.test.ts', 'has no circular imports'])).toBe(true)
    expect(isTest(['test/layout.test.ts', 'has no such title'])).toBe(false)
    expect(isTest(['test/no-such.test.ts', 'has no circular imports'])).toBe(false)
  })
})
