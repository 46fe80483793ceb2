import { isCloseCommand, type Draft, type Problem } from '../../protocol.ts'
import type { OutboxObserver } from '../../client/outbox.ts'
import { transports } from '../../client/transports/index.ts'
import type { RoomState } from './room-state.ts'

/** Own drafts: saved until acknowledged, shown as pending until they arrive as messages, returned to the composer when refused. */
export class Drafts implements Required<Omit<OutboxObserver, 'postponed'>> {
  readonly #state: RoomState

  constructor(state: RoomState) {
    this.#state = state
  }

  readonly outbox = (drafts: readonly Draft[]): void => {
    const { messages, identity } = this.#state
    // A close command is not sent again after a reload: one end of the membership is enough.
    identity.save({ drafts: drafts.filter((draft) => !isCloseCommand(draft)) })
    messages.setOutbox(drafts)
  }

  /** The draft is stored. A spectator's transport does not deliver a private message, so nothing else will remove the pending row. */
  readonly acknowledged = (draft: Draft): void => {
    const { messages, transport } = this.#state
    if (draft.to === undefined || !transports[transport.peek()].isSpectator) return
    messages.removePending(draft)
    messages.addNote({ type: 'unseen' })
  }

  readonly refused = (draft: Draft, problem: Problem): void => {
    const { messages, composer, roster } = this.#state
    messages.removePending(draft)
    // Only this page knows the id. If it is taken, an earlier membership stored the draft and the answer was lost.
    if (problem.type === 'id-taken') return
    const name = draft.to === undefined ? undefined : roster.peek().get(draft.to)?.name
    composer.restore(name === undefined ? draft.text : `@${name} ${draft.text}`, problem)
  }
}
