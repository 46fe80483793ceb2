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
    const { history, self } = this.#state
    // To be ended once is enough: a close command is not sent again after a reload.
    self.keep({ drafts: drafts.filter((draft) => !isCloseCommand(draft)) })
    history.outbox(drafts)
  }

  /** It is stored: the line has yet to bring it, if it is one that does. */
  readonly acknowledged = (draft: Draft): void => {
    const { history, transport } = this.#state
    if (draft.to === undefined || !transports[transport.peek()].isSpectator) return
    history.unpend(draft)
    history.note({ type: 'unseen' })
  }

  readonly refused = (draft: Draft, problem: Problem): void => {
    const { history, composer, roster } = this.#state
    history.unpend(draft)
    // An id that only this page knows is taken: so an earlier membership stored it, whose last answer was lost.
    if (problem.type === 'id-taken') return
    const name = draft.to === undefined ? undefined : roster.peek().get(draft.to)?.name
    composer.giveBack(name === undefined ? draft.text : `@${name} ${draft.text}`, problem)
  }
}
