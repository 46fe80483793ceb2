import type { Lesson } from './lesson.ts'
import { messageBytes } from './message-bytes.ts'
import { pollConnections } from './poll-connections.ts'
import { pollLatency } from './poll-latency.ts'
import { pushLatency } from './push-latency.ts'
import { requestRates } from './request-rates.ts'
import { wastedPolls } from './wasted-polls.ts'

/** The lessons, in the order of the page. The place in the list is the number of the experiment. */
export const LESSONS: readonly Lesson[] = [
  pollLatency,
  wastedPolls,
  pollConnections,
  pushLatency,
  requestRates,
  messageBytes,
]

export const lessonOf = (id: string): Lesson | undefined => LESSONS.find((lesson) => lesson.id === id)
