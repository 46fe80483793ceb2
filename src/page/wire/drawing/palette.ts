import { TRANSPORTS, type TransportName } from '../../../protocol.ts'

export interface Hue {
  mark: string
  line: string
  ink: string
  tint: string
}

/** The page's colours and fonts as computed values, which a canvas needs. */
export interface Palette {
  transports: Record<TransportName, Hue>
  ink: string
  ink2: string
  ink3: string
  line: string
  surface: string
  fault: string
  sans: string
  mono: string
}

/** An opaque colour as #rrggbb: mixed colours are computed in other colour spaces, which programs that open an SVG may not know. */
function inRgb(colour: string): string {
  const context = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d')
  if (!context) return colour
  context.fillStyle = colour
  context.fillRect(0, 0, 1, 1)
  const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data
  return `#${[red, green, blue].map((value) => value.toString(16).padStart(2, '0')).join('')}`
}

/** Reads the computed style at `at`, in the theme in force. */
export function readPalette(at: HTMLElement): Palette {
  const probe = at.appendChild(document.createElement('i'))
  probe.hidden = true
  const colour = (name: string): string => {
    probe.style.color = `var(--${name})`
    return inRgb(getComputedStyle(probe).color)
  }
  const hue = (transport: TransportName): Hue => {
    probe.dataset['transport'] = transport
    return { mark: colour('hue'), line: colour('hue-line'), ink: colour('hue-ink'), tint: colour('hue-tint') }
  }
  const { fontFamily: sans } = getComputedStyle(at)
  probe.style.fontFamily = 'var(--mono)'
  const palette = {
    sans,
    mono: getComputedStyle(probe).fontFamily,
    ink: colour('ink'),
    ink2: colour('ink-2'),
    ink3: colour('ink-3'),
    line: colour('line'),
    surface: colour('surface'),
    fault: colour('fault'),
    transports: Object.fromEntries(TRANSPORTS.map((name) => [name, hue(name)])) as Record<TransportName, Hue>,
  }
  probe.remove()
  return palette
}
