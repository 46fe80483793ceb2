import type { Random } from '../../../src/random.ts'

/** Pieces of which inputs are made: each has been a problem for some server. */
const PIECES = [
  '', ' ', 'a', 'hello', '0', '-1', '1e309', 'null', 'true', '\0', '\r\n', '\n', '\t', '\x1b[31m', '\u2028', '\u202e', '\u200b', '\ufeff',
  '\ufffd', '\ud800', '\udc00', '😀', '👩‍👩‍👧', '汉字', 'é', 'Ａ', 'ß', 'İ', '<script>alert(1)</script>', '"', "'", '\\', '/', '..', '%', '%00', '%2F',
  '%2e%2e', '%ff', '%zz', '&', '=', '?', '#', '+', ';', ':', '__proto__', 'constructor', 'prototype', 'toString', 'system', '${7*7}',
  '{{x}}', '/close', '关闭', 'a'.repeat(64), 'x'.repeat(2000), '😀'.repeat(1000),
] as const // prettier-ignore

export const below = (random: Random, end: number): number => Math.floor(random() * end)
export const any = <T>(random: Random, list: readonly T[]): T => list[below(random, list.length)] as T
export const isLikely = (random: Random, share: number): boolean => random() < share

/** 0 to 4 pieces in a row. */
export const textOf = (random: Random): string =>
  Array.from({ length: below(random, 5) }, () => any(random, PIECES)).join('')

export const bytesOf = (random: Random, most: number): Buffer =>
  Buffer.from(Array.from({ length: below(random, most + 1) }, () => below(random, 256)))

/** A cursor: one that could be right, or nearly. */
export function cursorOf(random: Random): string {
  const hex = () => Array.from({ length: 8 }, () => below(random, 16).toString(16)).join('')
  return any<() => string>(random, [
    () => `${hex()}.${below(random, 1000)}`,
    () => `${hex()}.${below(random, 2) ? '-1' : '1e3'}`,
    () => `${hex()}.999999999999999`,
    () => `${hex()}.9999999999999999`,
    () => `.${below(random, 10)}`,
    () => `${hex().toUpperCase()}.0`,
    () => textOf(random),
  ])()
}

/** Any JSON value, as text: with double keys, `__proto__`, depth and numbers out of range. */
export function jsonOf(random: Random, depth = 0): string {
  const key = () =>
    JSON.stringify(
      any(random, ['id', 'text', 'to', 'name', 'type', 'draft', '__proto__', 'constructor', textOf(random)]),
    )
  const nested = () => (depth > 3 ? 'null' : jsonOf(random, depth + 1))
  return any<() => string>(random, [
    () => JSON.stringify(textOf(random)),
    () => any(random, ['null', 'true', '0', '-0', '1e309', '123456789012345678901234567890', '0.1', '[]', '{}']),
    () => `[${Array.from({ length: below(random, 4) }, nested).join(',')}]`,
    () => `{${Array.from({ length: below(random, 5) }, () => `${key()}:${nested()}`).join(',')}}`,
    () => `${'['.repeat(100)}${']'.repeat(100)}`,
  ])()
}

/** A draft as JSON text: valid, or wrong in one or several fields. */
export function draftOf(random: Random, id: string): string {
  const fields: [string, string][] = [
    ['id', isLikely(random, 0.7) ? JSON.stringify(id) : jsonOf(random)],
    ['text', isLikely(random, 0.6) ? JSON.stringify(textOf(random) || 'x') : jsonOf(random)],
  ]
  if (isLikely(random, 0.2))
    fields.push(['to', isLikely(random, 0.5) ? JSON.stringify(textOf(random)) : jsonOf(random)])
  if (isLikely(random, 0.1)) fields.push([textOf(random), jsonOf(random)])
  if (isLikely(random, 0.1)) fields.push(any(random, fields))
  if (isLikely(random, 0.1)) fields.shift()
  return `{${fields.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`
}
