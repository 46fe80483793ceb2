import type { Lesson } from './lesson.ts'
import { pollLatency } from './poll-latency.ts'

/** The lessons, in the order of the page. The place in the list is the number of the experiment. */
export const LESSONS: readonly Lesson[] = [pollLatency]

export const lessonOf = (id: string): Lesson | undefined => LESSONS.find((lesson) => lesson.id === id)
