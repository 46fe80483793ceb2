import { signal } from '@preact/signals'

/** Shows the wire and the delivery latency only, in large type, for a projector. */
export const isLecture = signal(false)

/** The size of type and drawing in a lecture, relative to the ordinary size. */
export const LECTURE_ZOOM = 1.4
