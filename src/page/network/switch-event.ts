import type { TransportName } from '../../protocol.ts'

/** What a line goes by: a transport, over a link of this profile. */
export interface Route {
  transport: TransportName
  profile: string
}

/** A person chose another transport, or another link. */
export interface Turn {
  from: Route
  to: Route
}
