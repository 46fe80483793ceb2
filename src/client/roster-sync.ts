import type { Member, RoomEvent } from '../protocol.ts'
import { applyToRoster, rosterOf, type Roster } from './roster.ts'

/** Who is in a room: read once beside the log, and from then on what the log says. */
export class RosterSync {
  readonly #readMembers: () => Promise<readonly Member[]>
  readonly #onChange: (roster: Roster) => void
  #roster: Roster = new Map()
  #isRead = false
  /** What the log says while the members are being read. */
  #eventsWhileReading: RoomEvent[] | null = null

  constructor(readMembers: () => Promise<readonly Member[]>, onChange: (roster: Roster) => void) {
    this.#readMembers = readMembers
    this.#onChange = onChange
  }

  get roster(): Roster {
    return this.#roster
  }

  /** A line is open. Members that could not be read are read with the next one; until then events alone tell who is here. */
  opened(): void {
    if (!this.#isRead) void this.#read()
  }

  /** The log does not go on from what was known. */
  reset(): void {
    this.#isRead = false
    void this.#read()
  }

  apply(events: readonly RoomEvent[]): void {
    const changes = events.filter((event) => event.type !== 'message')
    this.#eventsWhileReading?.push(...changes)
    if (changes.length > 0) this.#change(changes.reduce(applyToRoster, this.#roster))
  }

  /** What the log says meanwhile is applied once more. */
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
