import type { Signal } from '@preact/signals'
import type { AboutLink, Cursor, TransportName } from '../../protocol.ts'
import type { Roster } from '../../client/roster.ts'
import type { Composer } from './composer.ts'
import type { MeterModel } from '../measure/meter-model.ts'
import type { MessageList } from './message-list.ts'
import type { OwnIdentity } from './own-identity.ts'
import type { ConnectionStatus } from './connection-status.ts'
import type { WireRecords } from '../wire/wire-records.ts'

/** The state of a tab's room, as its views show it. */
export interface RoomState {
  readonly room: string
  readonly messages: MessageList
  readonly connection: ConnectionStatus
  readonly identity: OwnIdentity
  readonly meter: MeterModel
  readonly wire: WireRecords
  readonly composer: Composer
  readonly transport: Signal<TransportName>
  readonly link: Signal<AboutLink | null>
  readonly roster: Signal<Roster>
  /** By which transport each member reads, by id. */
  readonly transports: Signal<ReadonlyMap<string, TransportName>>
  readonly cursor: Signal<Cursor | null>
  /** ms to add to this page's clock to get the server's, as far as times of day show them. */
  readonly clockOffsetMs: Signal<number>
}
