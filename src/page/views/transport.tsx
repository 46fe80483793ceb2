import type { TransportName } from '../../protocol.ts'
import { texts } from '../i18n.ts'

/** Each transport's own sequence diagram in small: client on the left, server on the right. */
const GLYPHS: Partial<Record<string, { arrows: string; held?: string; stream?: string }>> = {
  'short-poll': { arrows: 'M4 3l16 2.5L4 8M4 10l16 2.5L4 15M4 17l16 2.5L9 21.2' },
  'long-poll': { arrows: 'M4 2.5l16 3M20 17.5L4 21', held: 'M20 5.5v12' },
  websocket: { arrows: 'M4 4l16 2.5M20 9.5L4 12M4 14.5l16 2.5M20 19l-16 2.5', stream: 'M4 3v19M20 3v19' },
}
/** For one that has no glyph yet: a question and an answer. */
const ANY = { arrows: 'M4 6l16 3M20 14L4 17' }

export function Glyph({ of }: { of: TransportName }) {
  const { arrows, held, stream }: { arrows: string; held?: string; stream?: string } = GLYPHS[of] ?? ANY
  return (
    <svg class="glyph" viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor">
      <path d="M4 1.5v21M20 1.5v21" stroke-width="1" opacity=".45" stroke-linecap="round" />
      <path d={arrows} stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round" />
      {(held ?? stream) !== undefined && <path d={held ?? stream} stroke-width="3.6" stroke-linecap="round" />}
    </svg>
  )
}

/** What a transport is called in the page's language; its name on the wire, if that language has no word for it. */
export const labelOf = (name: TransportName): string => texts.value.transport.labels[name] ?? name
