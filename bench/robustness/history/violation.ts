/** A way in which a history breaks the promise of the room. */
export type ViolationKind =
  /** An event that others saw, and that was for this client too, was left out without a reset. */
  | 'missing'
  | 'twice'
  | 'out of order'
  /** The log became another one without a reset. */
  | 'epoch changed untold'
  /** Acknowledged, seen by no client, and no reset. */
  | 'lost'
  | 'acknowledged twice'
  /** The log has the message at another place than the acknowledgement says. */
  | 'acknowledged elsewhere'
  | 'stored twice'
  /** The messages of one sender stand in another order than they were sent in. */
  | 'sender order'
  /** Two clients saw different events at one place of one log. */
  | 'disagreement'
  | 'private text leaked'
  /** No client sent this message. */
  | 'invented'
  | 'altered'
  /** The message bears the name of another member. */
  | 'impersonated'
  /** Neither acknowledged nor refused at the end of the run. */
  | 'unanswered'
  /** At the end of the run the client has not read as far as the others. */
  | 'behind'

export interface Violation {
  kind: ViolationKind
  client: string
  /** Id of the event or message. */
  id: string
  atMs: number
  detail: string
}
