import { TRANSPORTS, type TransportName } from '../../../protocol.ts'

export interface Hue {
  mark: string
  ink: string
  tint: string
}

/** The page's colours and fonts as computed values, which a canvas needs. */
export interface Palette {
  transports: Record<TransportName, Hue>
  ink: string
  ink2: string
  ink3: string
  ghost: string
  line: string
  surface: string
  fault: string
  sans: string
  mono: string
}

/** Reads the computed style at `at`, in the theme in force. */
export function readPalette(at: HTMLElement): Palette {
  const probe = at.appendChild(document.createElement('i'))
  probe.hidden = true
  const colour = (name: string): string => {
    probe.style.color = `var(--${name})`
    return getComputedStyle(probe).color
  }
  const hue = (transport: TransportName): Hue => {
    probe.dataset['transport'] = transport
    return { mark: colour('hue'), ink: colour('hue-ink'), tint: colour('hue-tint') }
  }
  const { fontFamily: sans } = getComputedStyle(at)
  probe.style.fontFamily = 'var(--mono)'
  const palette = {
    sans,
    mono: getComputedStyle(probe).fontFamily,
    ink: colour('ink'),
    ink2: colour('ink-2'),
    ink3: colour('ink-3'),
    ghost: colour('ghost'),
    line: colour('line'),
    surface: colour('surface'),
    fault: colour('fault'),
    transports: Object.fromEntries(TRANSPORTS.map((name) => [name, hue(name)])) as Record<TransportName, Hue>,
  }
  probe.remove()
  return palette
}
