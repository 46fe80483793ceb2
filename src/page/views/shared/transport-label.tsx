import { TRANSPORT_TRAITS, type TransportMode, type TransportName } from '../../../transports.ts'
import { texts } from '../../i18n/i18n.ts'
import type { SwitchEvent } from '../../network/switch-event.ts'

/** A small sequence diagram: client on the left, server on the right. */
interface Diagram {
  arrows: string
  held?: string
  stream?: string
}

/** A transport that is not here gets the diagram of its mode. */
const GLYPHS: Partial<Record<TransportName, Diagram>> = {
  'short-poll': { arrows: 'M4 3l16 2.5L4 8M4 10l16 2.5L4 15M4 17l16 2.5L9 21.2' },
  'long-poll': { arrows: 'M4 2.5l16 3M20 17.5L4 21', held: 'M20 5.5v12' },
  websocket: { arrows: 'M4 4l16 2.5M20 9.5L4 12M4 14.5l16 2.5M20 19l-16 2.5', stream: 'M4 3v19M20 3v19' },
  sse: { arrows: 'M4 2.5l16 2.5M20 9L4 11.5M20 13.5L4 16M20 18L4 20.5', stream: 'M20 5v16.5' },
  'http-stream': { arrows: 'M4 2.5l16 2.5M20 9L4 11.5M20 13.5L4 16M20 18L4 20.5', stream: 'M4 11.5V22' },
  'snapshot-poll': { arrows: 'M4 3.5l16 2.5M20 10L4 12.5M20 13L4 15.5M20 16L4 18.5M20 19L4 21.5' },
  'jsonp-poll': { arrows: 'M4 3l16 2.5L4 8M9.5 12.5c-3 1.5-3 8 0 9.5M14.5 12.5c3 1.5 3 8 0 9.5' },
  'socket-io': { arrows: 'M4 2l16 2L4 6M4 6l16 2M4 13l16 2M20 18.5L4 20.5', stream: 'M4 10.5V22M20 10.5V22' },
}

const BY_MODE: Record<TransportMode['mode'], Diagram> = {
  interval: { arrows: 'M4 4l16 3.5L4 11M4 13.5l16 3.5L4 20.5' },
  held: { arrows: 'M4 2.5l16 3M20 17.5L4 21', held: 'M20 5.5v12' },
  streaming: { arrows: 'M4 2.5l16 2.5M20 10L4 12.5M20 17L4 19.5', stream: 'M4 8V22M20 8V22' },
}

export const diagramOf = (name: TransportName): Diagram => GLYPHS[name] ?? BY_MODE[TRANSPORT_TRAITS[name].mode]

export function Glyph({ of }: { of: TransportName }) {
  const { arrows, held, stream } = diagramOf(of)
  return (
    <svg class="glyph" viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor">
      <path d="M4 1.5v21M20 1.5v21" stroke-width="1" opacity=".45" stroke-linecap="round" />
      <path d={arrows} stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round" />
      {(held ?? stream) !== undefined && <path d={held ?? stream} stroke-width="3.6" stroke-linecap="round" />}
    </svg>
  )
}

/** The name of a link in the page's language, by its profile. */
export const linkLabelOf = (profile: string): string => texts.value.links.profiles[profile] ?? profile

/** The two sides of a switch: two transports, or two links. */
export const switchLabels = ({ from, to }: SwitchEvent): [string, string] =>
  from.transport === to.transport
    ? [linkLabelOf(from.profile), linkLabelOf(to.profile)]
    : [labelOf(from.transport), labelOf(to.transport)]

/** The name of a transport in the page's language; by default its name on the wire. */
export const labelOf = (name: TransportName): string => texts.value.transport.labels[name] ?? name
