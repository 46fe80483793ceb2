import { signal } from '@preact/signals'
import { readItem, saveItem } from '../browser/storage.ts'
import type { RunResult } from './run-result.ts'

/** Results that are kept; older ones are dropped. */
const MAX_RESULTS = 6
const KEY = 'runs'
/** For results of a page that had no such settings. */
const DEFAULTS = { textBytes: null, paddingBytes: 0, wasHidden: false }

/** The results of this tab's runs, newest first; a reload keeps them. */
export const runResults = signal<readonly RunResult[]>(load())

export const addResult = (result: RunResult): void => change([result, ...runResults.peek()].slice(0, MAX_RESULTS))

export const removeResult = (id: string): void => change(runResults.peek().filter((result) => result.id !== id))

export const nameResult = (id: string, name: string): void =>
  change(runResults.peek().map((result) => (result.id === id ? { ...result, name } : result)))

function change(results: readonly RunResult[]): void {
  runResults.value = results
  saveItem(KEY, JSON.stringify(results), 'sessionStorage')
}

function load(): readonly RunResult[] {
  try {
    const saved = JSON.parse(readItem(KEY, 'sessionStorage') ?? '[]') as Omit<RunResult, keyof typeof DEFAULTS>[]
    return saved.map((result) => ({ ...DEFAULTS, ...result }))
  } catch {
    return []
  }
}
