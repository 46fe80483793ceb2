import type { Signal } from '@preact/signals'
import type { AboutLink, Cursor, TransportName } from '../../protocol.ts'
import type { Roster } from '../../client/roster.ts'
import type { Composer } from './composer.ts'
import type { Gauges } from '../measure/meter-model.ts'
import type { History } from './message-list.ts'
import type { Self } from './own-identity.ts'
import type { Standing } from './connection-status.ts'
import type { Wire } from '../wire/wire-records.ts'

/** What a tab shows of its room. */
export interface RoomState {
  readonly room: string
  readonly history: History
  readonly standing: Standing
  readonly self: Self
  readonly gauges: Gauges
  readonly wire: Wire
  readonly composer: Composer
  readonly transport: Signal<TransportName>
  readonly link: Signal<AboutLink | null>
  readonly roster: Signal<Roster>
  readonly cursor: Signal<Cursor | null>
}
