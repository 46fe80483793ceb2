import { computed, signal, type ReadonlySignal } from '@preact/signals'
import { TRANSPORTS, type AboutLink, type TransportName } from '../../protocol.ts'
import type { TransportTuning, Net } from '../../client/transports/transport.ts'
import { linkOf } from '../network/links.ts'
import { ComparisonBot } from './comparison-bot.ts'
import { ComparisonColumn } from './column.ts'
import { Race } from './race.ts'
import { DEFAULT_PROFILE, saveSettings, type Settings } from './settings.ts'

export interface ComparisonOptions {
  net: Net
  room: string
  tuning: TransportTuning
  links: ReadonlySignal<readonly AboutLink[]>
  settings: Settings
  /** Of the names that the server invents, and what the bot says in it. */
  language: () => string
  lines: () => readonly string[]
}

/** Transports side by side in one room, each in a pane of its own. */
export class Comparison {
  readonly room: string
  readonly settings = signal<Settings>({ shown: [], profiles: {}, bot: { ratePerS: 1, seed: 0 } })
  readonly race: Race
  readonly bot: ComparisonBot
  readonly links: ReadonlySignal<readonly AboutLink[]>
  readonly #panes = signal<ReadonlyMap<TransportName, ComparisonColumn>>(new Map())
  /** In the order of the transports. */
  readonly panes = computed(() => [...this.#panes.value.values()])
  readonly #options: ComparisonOptions
  #tuning: TransportTuning

  constructor(options: ComparisonOptions) {
    const { net, room, lines, links, settings } = options
    this.#options = options
    this.room = room
    this.links = links
    this.#tuning = options.tuning
    this.race = new Race(() =>
      this.panes.peek().flatMap(({ state, transport }) => (state.peek().name === 'open' ? [transport] : [])),
    )
    this.bot = new ComparisonBot({ net, room, lines })
    this.settings.value = settings
    this.#arrange()
  }

  show(transport: TransportName, isShown: boolean): void {
    const others = this.settings.peek().shown.filter((name) => name !== transport)
    this.#settle({ shown: TRANSPORTS.filter((name) => others.includes(name) || (isShown && name === transport)) })
  }

  /** Puts a pane behind a link with this profile; with null, all of them. */
  reach(transport: TransportName | null, profile: string): void {
    const changed = transport === null ? TRANSPORTS : [transport]
    const { profiles } = this.settings.peek()
    this.#settle({ profiles: { ...profiles, ...Object.fromEntries(changed.map((name) => [name, profile])) } })
    this.race.clear()
  }

  set(tuning: TransportTuning): void {
    if (tuning === this.#tuning) return
    this.#tuning = tuning
    for (const pane of this.panes.peek()) pane.set(tuning)
  }

  setBot(bot: Partial<Settings['bot']>): void {
    this.#settle({ bot: { ...this.settings.peek().bot, ...bot } })
  }

  /** The links that there are have changed. */
  rearrange(): void {
    this.#arrange()
  }

  tick(): void {
    for (const { meter } of this.panes.peek()) meter.tick()
    this.race.tick()
  }

  leave(): void {
    this.bot.cancel()
    this.race.release()
    for (const pane of this.panes.peek()) pane.leave()
  }

  #settle(change: Partial<Settings>): void {
    this.settings.value = { ...this.settings.peek(), ...change }
    saveSettings(this.settings.peek())
    this.#arrange()
  }

  /** Panes as the settings have them: those that are there already controller who they are. */
  #arrange(): void {
    const { net, room, language } = this.#options
    const before = this.#panes.peek()
    const { shown } = this.settings.peek()
    for (const [name, pane] of before) if (!shown.includes(name)) pane.leave()
    this.#panes.value = new Map(
      shown.map((transport) => {
        const link = this.#linkOf(transport)
        const known = before.get(transport)
        if (known && known.link.peek()?.port !== link?.port) known.reach(link)
        const pane = (): ComparisonColumn =>
          new ComparisonColumn({
            net,
            room,
            transport,
            link,
            tuning: this.#tuning,
            language,
            onMessage: (event, by, latencyMs) => this.race.arrived(event, by, latencyMs),
          })
        return [transport, known ?? pane()]
      }),
    )
  }

  /** Each transport takes another one of a profile's links, whose first is left to the chat. */
  #linkOf(transport: TransportName): AboutLink | null {
    const profile = this.settings.peek().profiles[transport] ?? DEFAULT_PROFILE
    return linkOf(this.links.peek(), profile, 1 + TRANSPORTS.indexOf(transport))
  }
}
