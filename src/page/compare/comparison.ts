import { computed, signal, type ReadonlySignal } from '@preact/signals'
import { TRANSPORTS, type AboutLink, type TransportName } from '../../protocol.ts'
import type { TransportTuning, Net } from '../../client/transports/transport.ts'
import { linkOf } from '../network/links.ts'
import { ComparisonBot } from './comparison-bot.ts'
import { ComparisonColumn } from './column.ts'
import { Race } from './race.ts'
import { Recording } from './recording.ts'
import type { RunResult } from './run-result.ts'
import { addResult } from './run-results.ts'
import { DEFAULT_PROFILE, saveSettings, type Settings } from './settings.ts'

/** The counts of what was before are reported within this time. */
const SETTLE_MS = 600

export interface ComparisonOptions {
  net: Net
  room: string
  tuning: TransportTuning
  links: ReadonlySignal<readonly AboutLink[]>
  settings: Settings
  /** The language of names that the server invents. */
  language: () => string
  phrases: () => readonly string[]
}

/** Transports side by side in one room, each in its column. */
export class Comparison {
  readonly room: string
  readonly settings = signal<Settings>({
    shown: [],
    profiles: {},
    bot: { ratePerS: 1, seed: 0, textBytes: null },
    paddingBytes: 0,
  })
  readonly race: Race
  readonly bot: ComparisonBot
  readonly links: ReadonlySignal<readonly AboutLink[]>
  readonly #columns = signal<ReadonlyMap<TransportName, ComparisonColumn>>(new Map())
  /** In the order of the transports. */
  readonly columns = computed(() => [...this.#columns.value.values()])
  /** The result whose figures the columns show; null while they show live figures. */
  readonly standing = signal<RunResult | null>(null)
  readonly #options: ComparisonOptions
  #tuning: TransportTuning
  #recording: Recording | null = null

  constructor(options: ComparisonOptions) {
    const { net, room, phrases, links, settings } = options
    this.#options = options
    this.room = room
    this.links = links
    this.#tuning = options.tuning
    this.race = new Race(() =>
      this.columns.peek().flatMap(({ state, transport }) => (state.peek().name === 'open' ? [transport] : [])),
    )
    this.bot = new ComparisonBot({ net, room, phrases })
    this.settings.value = settings
    this.#updateColumns()
  }

  /** A conversation by the bot, whose result is kept. */
  async run(): Promise<void> {
    const { bot, paddingBytes } = this.settings.peek()
    const { ratePerS, seed, textBytes } = bot
    const settings = { ...bot, paddingBytes, tuning: this.#tuning }
    let recording: Recording | null = null
    this.showLive()
    await this.bot.run(ratePerS, seed, textBytes, {
      begin: async (senderId, wait) => {
        // The bot has just joined: its coming is no part of the run.
        await wait(SETTLE_MS)
        this.race.clear()
        recording = this.#recording = new Recording(this.columns.peek(), senderId)
      },
      end: async (sent, wait) => {
        const result = await this.#recording?.finish(sent, settings, wait)
        // Cancelled in between.
        if (!result || this.#recording !== recording) return
        this.standing.value = result
        addResult(result)
      },
    })
    if (this.#recording === recording) this.#recording = null
  }

  cancelRun(): void {
    this.#recording?.stop()
    this.#recording = null
    this.bot.cancel()
  }

  /** The columns show what is counted now. */
  showLive(): void {
    this.standing.value = null
  }

  /** Other conditions: a run that is under way is cancelled, since its figures would mix both. */
  #conditionsChanged(): void {
    if (this.#recording) this.cancelRun()
    this.showLive()
  }

  show(transport: TransportName, isShown: boolean): void {
    this.#conditionsChanged()
    const others = this.settings.peek().shown.filter((name) => name !== transport)
    this.#changeSettings({
      shown: TRANSPORTS.filter((name) => others.includes(name) || (isShown && name === transport)),
    })
  }

  /** Puts a column behind a link with this profile; with null, all columns. */
  setProfile(transport: TransportName | null, profile: string): void {
    const changed = transport === null ? TRANSPORTS : [transport]
    const { profiles } = this.settings.peek()
    this.#changeSettings({ profiles: { ...profiles, ...Object.fromEntries(changed.map((name) => [name, profile])) } })
    this.race.clear()
    this.#conditionsChanged()
  }

  /** Adds a header of this size to each request of the columns; 0 for none. */
  pad(paddingBytes: number): void {
    if (paddingBytes === this.settings.peek().paddingBytes) return
    this.#changeSettings({ paddingBytes })
    this.#conditionsChanged()
    for (const column of this.columns.peek()) column.connectOver(column.link.peek())
  }

  tune(tuning: TransportTuning): void {
    if (tuning === this.#tuning) return
    this.#tuning = tuning
    this.#conditionsChanged()
    for (const column of this.columns.peek()) column.tune(tuning)
  }

  setBot(bot: Partial<Settings['bot']>): void {
    this.#changeSettings({ bot: { ...this.settings.peek().bot, ...bot } })
  }

  /** The server's links have changed. */
  linksChanged(): void {
    this.#updateColumns()
  }

  /** The network is another one. */
  reconnect(): void {
    for (const column of this.columns.peek()) column.reconnect()
  }

  /** The user is back. */
  wake(): void {
    for (const column of this.columns.peek()) column.wake()
  }

  tick(): void {
    for (const { meter } of this.columns.peek()) meter.tick()
    this.race.tick()
  }

  leave(): void {
    this.cancelRun()
    this.race.release()
    for (const column of this.columns.peek()) column.leave()
  }

  #changeSettings(change: Partial<Settings>): void {
    this.settings.value = { ...this.settings.peek(), ...change }
    saveSettings(this.settings.peek())
    this.#updateColumns()
  }

  /** Columns as in the settings: existing columns stay the same members. */
  #updateColumns(): void {
    const { net, room, language } = this.#options
    const before = this.#columns.peek()
    const { shown } = this.settings.peek()
    for (const [name, column] of before) if (!shown.includes(name)) column.leave()
    this.#columns.value = new Map(
      shown.map((transport) => {
        const link = this.#linkOf(transport)
        const known = before.get(transport)
        if (known && known.link.peek()?.port !== link?.port) known.connectOver(link)
        const newColumn = (): ComparisonColumn =>
          new ComparisonColumn({
            net,
            room,
            transport,
            link,
            tuning: this.#tuning,
            paddingBytes: () => this.settings.peek().paddingBytes,
            language,
            onMessage: (event, by, latencyMs) => {
              this.race.arrived(event, by, latencyMs)
              this.#recording?.arrived(event, by)
            },
          })
        return [transport, known ?? newColumn()]
      }),
    )
  }

  /** Each transport uses a different link of a profile; the first link is the chat's. */
  #linkOf(transport: TransportName): AboutLink | null {
    const profile = this.settings.peek().profiles[transport] ?? DEFAULT_PROFILE
    return linkOf(this.links.peek(), profile, 1 + TRANSPORTS.indexOf(transport))
  }
}
