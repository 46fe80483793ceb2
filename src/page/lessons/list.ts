import type { Lesson } from './lesson.ts'
import { messageBytes } from './message-bytes.ts'
import { pollConnections } from './poll-connections.ts'
import { pollLatency } from './poll-latency.ts'
import { pushLatency } from './push-latency.ts'
import { requestRates } from './request-rates.ts'
import { wastedPolls } from './wasted-polls.ts'
import { buffering } from './buffering.ts'
import { cursorlessPoll } from './cursorless-poll.ts'
import { cuts } from './cuts.ts'
import { frameHeads } from './frame-heads.ts'
import { idleConnections } from './idle-connections.ts'
import { liveSwitch } from './live-switch.ts'
import { preflights } from './preflights.ts'
import { quietRoom } from './quiet-room.ts'
import { reconnects } from './reconnects.ts'
import { seventhRequest } from './seventh-request.ts'
import { tokens } from './tokens.ts'

/** The lessons, in the order of the page. The place in the list is the number of the experiment. */
export const LESSONS: readonly Lesson[] = [
  pollLatency,
  wastedPolls,
  pollConnections,
  pushLatency,
  requestRates,
  messageBytes,
  cursorlessPoll,
  cuts,
  seventhRequest,
  reconnects,
  liveSwitch,
  buffering,
  tokens,
  quietRoom,
  frameHeads,
  idleConnections,
  preflights,
]

export const lessonOf = (id: string): Lesson | undefined => LESSONS.find((lesson) => lesson.id === id)
