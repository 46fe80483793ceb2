import type { Draft, Problem } from '../../protocol.ts'
import { isCloseCommand, type OutboxObserver } from '../../client/outbox.ts'
import { transports } from '../../client/transports/index.ts'
import type { RoomState } from './room-state.ts'

/** What becomes of what one has said: kept until it is acknowledged, shown until it comes back, given back when it is refused. */
export class Drafts implements Required<OutboxObserver> {
  readonly #state: RoomState

  constructor(state: RoomState) {
    this.#state = state
  }

  readonly outbox = (drafts: readonly Draft[]): void => {
    const { messages, identity } = this.#state
    // To be ended once is enough: a close command is not sent again after a reload.
    identity.save({ drafts: drafts.filter((draft) => !isCloseCommand(draft)) })
    messages.setOutbox(drafts)
  }

  /** It is stored: the line has yet to bring it, if it is one that does. */
  readonly acknowledged = (draft: Draft): void => {
    const { messages, transport } = this.#state
    if (draft.to === undefined || !transports[transport.peek()].isSpectator) return
    messages.removePending(draft)
    messages.addNote({ type: 'unseen' })
  }

  readonly refused = (draft: Draft, problem: Problem): void => {
    const { messages, composer, roster } = this.#state
    messages.removePending(draft)
    // An id that only this page knows is taken: so an earlier membership stored it, whose last answer was lost.
    if (problem.type === 'id-taken') return
    const name = draft.to === undefined ? undefined : roster.peek().get(draft.to)?.name
    composer.restore(name === undefined ? draft.text : `@${name} ${draft.text}`, problem)
  }
}
