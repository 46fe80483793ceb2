import type { TransportName } from '../../protocol.ts'

/** What a line goes by: a transport, over a link of this profile. */
export interface TransportRoute {
  transport: TransportName
  profile: string
}

/** A person chose another transport, or another link. */
export interface SwitchEvent {
  from: TransportRoute
  to: TransportRoute
}
