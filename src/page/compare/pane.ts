import { signal, type Signal } from '@preact/signals'
import type { AboutLink, Joined, Member, MessageEvent, Problem, TransportName } from '../../protocol.ts'
import { backoffMs } from '../../client/backoff.ts'
import { leave } from '../../client/members.ts'
import { sleep } from '../../client/time.ts'
import { heeds, ProblemError, type Knobs, type Net } from '../../client/transport.ts'
import { transports } from '../../client/transports/index.ts'
import { enter } from '../entrance.ts'
import { Gauges } from '../gauges.ts'
import { History } from '../history.ts'
import { Life } from '../life.ts'
import { over } from '../net.ts'
import { Reception } from '../reception.ts'

/** Messages that a pane shows. */
const KEPT = 24

export type PaneState =
  | { name: 'connecting' }
  | { name: 'open' }
  | { name: 'lost' }
  /** For good: the server does not let it in. */
  | { name: 'refused'; problem: Problem }

export interface PaneOptions {
  net: Net
  room: string
  transport: TransportName
  link: AboutLink | null
  knobs: Knobs
  language: () => string
  onMessage: (event: MessageEvent, transport: TransportName, latencyMs: number | null) => void
}

/**
 * One transport's place in the comparison: a member of its own, with a line of its own. It joins, joins anew when the
 * server has forgotten it, and leaves.
 */
export class Pane {
  readonly transport: TransportName
  readonly history = new History(KEPT)
  readonly gauges: Gauges
  readonly member = signal<Member | null>(null)
  readonly state = signal<PaneState>({ name: 'connecting' })
  readonly link: Signal<AboutLink | null>
  readonly #options: PaneOptions
  readonly #over = new AbortController()
  #knobs: Knobs
  #life: Life | null = null
  #token: string | null = null

  constructor(options: PaneOptions) {
    this.#options = options
    this.transport = options.transport
    this.link = signal(options.link)
    this.#knobs = options.knobs
    this.gauges = new Gauges(options.transport)
    void this.#live()
  }

  /** Goes on over another link; what is counted and timed begins anew. */
  reach(link: AboutLink | null): void {
    this.link.value = link
    this.gauges.turned(this.transport)
    this.#life?.session.reach(over(this.#options.net, link))
  }

  set(knobs: Knobs): void {
    if (heeds(transports[this.transport], this.#knobs, knobs)) this.gauges.turned(this.transport)
    this.#knobs = knobs
    this.#life?.session.set(knobs)
  }

  leave(): void {
    this.#over.abort()
    this.#life?.end()
    const token = this.#token
    this.#token = null
    if (token !== null) leave(this.#options.net, this.#options.room, token).catch(() => undefined)
  }

  async #live(): Promise<void> {
    const { net, room, transport, language } = this.#options
    const { signal: isOver } = this.#over
    const wait = (ms: number) => sleep(ms, isOver).catch(() => undefined)
    try {
      for (let lives = 0; !isOver.aborted; lives++) {
        if (lives > 0) await wait(backoffMs(lives))
        this.state.value = { name: 'connecting' }
        const wanted = { name: `${transport}-${Math.random().toString(36).slice(2, 6)}`, language: language() }
        const joined = await enter(net, room, wanted, wait, isOver)
        if (joined) await this.#follow(joined)
      }
    } catch (error) {
      if (error instanceof ProblemError) this.state.value = { name: 'refused', problem: error.problem }
    }
  }

  /** Settles when the server does not know this member any more. */
  #follow({ member, token, cursor }: Joined): Promise<void> {
    const { net, room, transport, onMessage } = this.#options
    this.#token = token
    this.member.value = member
    this.gauges.joined(transport, Date.now())
    return new Promise((resolve) => {
      const life = new Life({
        net: over(net, this.link.peek()),
        meterNet: net,
        room,
        member,
        token,
        cursor,
        transport,
        knobs: this.#knobs,
        outbox: [],
        observer: {
          state: (state) => {
            if (state.name === 'open') reception.opened()
            if (state.name === 'open' || state.name === 'connecting') this.state.value = state
            else if (state.name === 'waiting') this.state.value = { name: 'lost' }
            else {
              life.end()
              resolve()
            }
          },
          events: (events, isReset) => reception.take(events, isReset, transport),
          roster: () => undefined,
          outbox: () => undefined,
          acknowledged: () => undefined,
          refused: () => undefined,
          meter: {
            report: (report) => this.gauges.report(report),
            trace: () => undefined,
            state: (state) => (this.gauges.line.value = state),
          },
        },
      })
      const reception = new Reception(
        this.history,
        this.gauges,
        () => life.meterLine.clock.reading,
        (event, latencyMs) => onMessage(event, transport, latencyMs),
      )
      this.#life = life
    })
  }
}
