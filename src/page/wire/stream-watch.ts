import { TRANSPORT_TRAITS, type TransportName } from '../../transports.ts'
import type { StreamProgress } from '../measure/meter-model.ts'
import type { ClientObservation } from './tracing-net.ts'

/** The last part of the path of a streamed answer: the transport's name. */
const isStream = ({ path }: ClientObservation): boolean => {
  const [, name] = /\/([\w-]+)(?:\?|$)/.exec(path) ?? []
  const traits = TRANSPORT_TRAITS[name as TransportName] as (typeof TRANSPORT_TRAITS)[TransportName] | undefined
  return traits?.carrier === 'HTTP' && traits.mode === 'streaming'
}

/** The streamed answer that a connection received last, and how much of it has arrived. */
export class StreamWatch {
  #newest: ClientObservation | null = null

  watch(observation: ClientObservation): void {
    if (isStream(observation)) this.#newest = observation
  }

  /** null when no stream is open. */
  get progress(): StreamProgress | null {
    if (!this.#newest || this.#newest.endedAt !== null) return null
    return { isAnswered: this.#newest.answeredAt !== null, bytes: this.#newest.down.end }
  }
}
