import { signal } from '@preact/signals'
import { readItem, saveItem } from '../browser/storage.ts'
import type { LessonResult } from './result.ts'

const KEY = 'experiments'

/** The newest result of each lesson in this browser, by the lesson's id. */
export const lessonResults = signal<Readonly<Partial<Record<string, LessonResult>>>>(load())

export function saveResult(result: LessonResult): void {
  lessonResults.value = { ...lessonResults.peek(), [result.lesson]: result }
  saveItem(KEY, JSON.stringify(lessonResults.peek()))
}

function load(): Partial<Record<string, LessonResult>> {
  try {
    const saved = JSON.parse(readItem(KEY) ?? '{}') as Record<string, Partial<LessonResult>>
    // A result of an earlier version of this page may lack parts.
    return Object.fromEntries(Object.entries(saved).flatMap(([id, result]) => (isWhole(result) ? [[id, result]] : [])))
  } catch {
    return {}
  }
}

function isWhole(result: Partial<LessonResult>): result is LessonResult {
  const { points, settings, conditions, noise, reasons } = result
  return Boolean(points && settings && conditions && noise && reasons)
}
