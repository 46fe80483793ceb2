import type { Cursor, Draft, Member, TransportName } from '../protocol.ts'
import { Session, type SessionObserver } from '../client/session.ts'
import type { Knobs, Net } from '../client/transport.ts'
import { MeterLine, type MeterObserver } from './meter-line.ts'

export interface LifeOptions {
  /** The way that the session's lines take: it may be over a link. */
  net: Net
  /** For the line that is not counted. */
  meterNet: Net
  room: string
  member: Member
  token: string
  cursor: Cursor | null
  transport: TransportName
  knobs: Knobs
  outbox: readonly Draft[]
  observer: Required<SessionObserver> & { meter: MeterObserver }
}

/** One member's time in the room, from joining to its end: its session, and the line that tells what the session costs. */
export class Life {
  readonly session: Session
  readonly meterLine: MeterLine
  #isOver = false

  constructor({ observer, meterNet, ...options }: LifeOptions) {
    const { room, token } = options
    // What comes from a life that is over is not heard.
    const whileItLasts =
      <A extends unknown[]>(hear: (...args: A) => void) =>
      (...args: A) => {
        if (!this.#isOver) hear(...args)
      }
    this.meterLine = new MeterLine(meterNet, room, token, observer.meter)
    this.session = new Session({
      ...options,
      observer: {
        state: whileItLasts(observer.state),
        events: whileItLasts(observer.events),
        roster: whileItLasts(observer.roster),
        outbox: whileItLasts(observer.outbox),
        acknowledged: whileItLasts(observer.acknowledged),
        refused: whileItLasts(observer.refused),
      },
    })
  }

  end(): void {
    this.#isOver = true
    this.meterLine.close()
    this.session.close()
  }
}
