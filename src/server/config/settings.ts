import { parseNumber, type NumberRange } from '../../number-range.ts'

/** Every setting of the server: its default, its unit, what is allowed. The command line and the environment are made from it. */
interface NumberSetting extends NumberRange {
  default: number
  about: string
}
interface TextSetting {
  default: string
  /** What is allowed, as a pattern and in words. */
  pattern: RegExp
  allowed: string
  about: string
}

/** Off as it comes. */
interface SwitchSetting {
  default: false
  about: string
}
type Setting = NumberSetting | TextSetting | SwitchSetting

const number = (fallback: number, min: number, max: number, unit: string, about: string): NumberSetting => ({
  default: fallback,
  min,
  max,
  unit,
  about,
})
const text = (fallback: string, pattern: RegExp, allowed: string, about: string): TextSetting => ({
  default: fallback,
  pattern,
  allowed,
  about,
})

const path = (about: string): TextSetting => text('', /^[^\0]*$/, 'a path', about)

const toggle = (about: string): SwitchSetting => ({ default: false, about })

export const SETTINGS = {
  port: number(3000, 0, 65_535, 'TCP port', 'where to listen; 0 takes any free one'),
  host: text('localhost', /^[A-Za-z0-9.:_-]+$/, 'a host name or an address', 'whom to listen to; 0.0.0.0 is everybody'),
  store: text(
    'memory',
    /^(memory|rediss?:\/\/[^\s]+)$/,
    'memory, or redis://user:password@host:6379/0, or the same with rediss:// for TLS',
    'where rooms are kept; servers that share a Redis (7 or newer) are one',
  ),
  storePrefix: text(
    'playground',
    /^[A-Za-z0-9:_-]{1,64}$/,
    '1 to 64 of A-Z a-z 0-9 : _ -',
    'what every key in Redis begins with',
  ),
  workers: number(1, 1, 256, 'processes', 'on the one port; more than one need a store that they share'),
  history: number(100, 0, 10_000, 'events', 'what somebody new is shown'),
  retain: number(10_000, 1, 1_000_000, 'events', 'how far behind a reader may be and still miss nothing'),
  hold: number(25_000, 0, 600_000, 'ms', 'for how long a long poll is held at the most'),
  beat: number(20_000, 100, 600_000, 'ms', 'how often a quiet stream or socket is heard of'),
  lease: number(
    75_000,
    100,
    3_600_000,
    'ms',
    'after how long a silent member has left; browsers wake a hidden tab once a minute',
  ),
  renames: number(1, 0, 1000, 'times', 'how often a member may change its name'),
  maxMembers: number(5000, 1, 1_000_000, 'members', 'in one room'),
  maxRooms: number(1000, 1, 1_000_000, 'rooms', 'at the same time; idle ones make way'),
  origins: text(
    '',
    /^(https?:\/\/[^\s,/]+(,https?:\/\/[^\s,/]+)*)?$/,
    'origins with a comma between: https://a.example,https://b.example',
    'pages of other origins that may use this server',
  ),
  links: text(
    'auto',
    /^(auto|on|off)$/,
    'auto, on or off',
    'further ports, each an emulated network in front of this server; auto is on where only this machine can reach it',
  ),
  jsonp: toggle(
    'serve jsonp-poll, the historical one: a script of another server, which can do whatever a page can do; any page ' +
      'may load it, and so read the public rooms',
  ),
  tls: toggle('serve HTTPS, and so HTTP/2, by a certificate made for this run; implied by --tls-cert'),
  tlsCert: path('the certificate, PEM; made and written where neither file exists'),
  tlsKey: path('the key to --tls-cert, PEM'),
  deflate: toggle(
    'compress WebSocket frames for who offers it (permessage-deflate): fewer bytes where texts repeat, at the price of ' +
      'CPU for each frame and some 100 kB for each socket',
  ),
  metrics: toggle('serve /metrics for Prometheus'),
  logLevel: text(
    'warn',
    /^(fatal|error|warn|info|debug|trace|silent)$/,
    'fatal, error, warn, info, debug, trace or silent',
    'what is logged',
  ),
} as const satisfies Record<string, Setting>

export type SettingName = keyof typeof SETTINGS
export type Config = {
  [K in SettingName]: (typeof SETTINGS)[K] extends NumberSetting
    ? number
    : (typeof SETTINGS)[K] extends TextSetting
      ? string
      : boolean
}

/** `maxRooms` is `--max-rooms` on the command line … */
export const flagOf = (name: SettingName): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
/** … and `PLAYGROUND_MAX_ROOMS` in the environment; PORT and HOST stand alone, since that is what hosts set. */
export const variableOf = (name: SettingName): string => {
  const upper = flagOf(name).replaceAll('-', '_').toUpperCase()
  return name === 'port' || name === 'host' ? upper : `PLAYGROUND_${upper}`
}

/**
 * One setting from its text.
 *
 * @throws RangeError that says what is allowed
 */
export function parseSetting(name: SettingName, value: string): number | string | boolean {
  const setting: Setting = SETTINGS[name]
  if (!('unit' in setting) && !('pattern' in setting)) {
    if (!/^(true|false)$/.test(value)) throw new RangeError(`${value || 'nothing'} is not allowed: true or false`)
    return value === 'true'
  }
  if ('pattern' in setting) {
    if (!setting.pattern.test(value)) throw new RangeError(`${value || 'nothing'} is not allowed: ${setting.allowed}`)
    return value
  }
  return parseNumber(value, setting)
}

/** The defaults, with what is given over them. */
export function configOf(given: Partial<Config> = {}): Config {
  const defaults = Object.fromEntries(Object.entries(SETTINGS).map(([name, setting]) => [name, setting.default]))
  return { ...(defaults as Config), ...given }
}
