import type { Member, RoomEvent } from '../protocol.ts'
import { applyToRoster, rosterOf, type Roster } from './roster.ts'

/** The members of a room: read once, and updated from the log's events after that. */
export class RosterSync {
  readonly #readMembers: () => Promise<readonly Member[]>
  readonly #onChange: (roster: Roster) => void
  #roster: Roster = new Map()
  #isRead = false
  /** Events that arrive while the members are being read. */
  #eventsWhileReading: RoomEvent[] | null = null

  constructor(readMembers: () => Promise<readonly Member[]>, onChange: (roster: Roster) => void) {
    this.#readMembers = readMembers
    this.#onChange = onChange
  }

  get roster(): Roster {
    return this.#roster
  }

  /** A connection is open. If the members cannot be read, the next connection reads them; until then only events are known. */
  opened(): void {
    if (!this.#isRead) void this.#read()
  }

  /** The log does not continue from the known events. */
  reset(): void {
    this.#isRead = false
    void this.#read()
  }

  apply(events: readonly RoomEvent[]): void {
    const changes = events.filter((event) => event.type !== 'message')
    this.#eventsWhileReading?.push(...changes)
    if (changes.length > 0) this.#change(changes.reduce(applyToRoster, this.#roster))
  }

  /** Events that arrived during the read are applied once more. */
  async #read(): Promise<void> {
    const eventsWhileReading: RoomEvent[] = (this.#eventsWhileReading = [])
    const members = await this.#readMembers().catch(() => null)
    // Another reading has begun since.
    if (this.#eventsWhileReading !== eventsWhileReading) return
    this.#eventsWhileReading = null
    if (!members) return
    this.#isRead = true
    this.#change(eventsWhileReading.reduce(applyToRoster, rosterOf(members)))
  }

  #change(roster: Roster): void {
    this.#roster = roster
    this.#onChange(roster)
  }
}
