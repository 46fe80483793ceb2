import type { TransportName } from '../../protocol.ts'

/** The route of a connection: a transport, over a link of this profile. */
export interface TransportRoute {
  transport: TransportName
  profile: string
}

/** The user chose another transport, or another link. */
export interface SwitchEvent {
  from: TransportRoute
  to: TransportRoute
}
