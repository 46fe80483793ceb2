import { parseNumber, type NumberRange } from '../../number-range.ts'

/** Every setting of the server: its default, unit and range. The command line and the environment variables follow from it. */
interface NumberSetting extends NumberRange {
  default: number
  about: string
}
interface TextSetting {
  default: string
  /** The allowed form, as a pattern and in words. */
  pattern: RegExp
  allowed: string
  about: string
  /** Brings spellings of one value into the form of the pattern. */
  spelling?: (value: string) => string
}

/** Off by default. */
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
const text = (
  fallback: string,
  pattern: RegExp,
  allowed: string,
  about: string,
  spelling = (value: string) => value,
): TextSetting => ({ default: fallback, pattern, allowed, about, spelling })

/** `a, b` as `a,b`. */
const withoutSpaces = (list: string): string => list.replace(/\s*,\s*/g, ',')
/** `[::1]`, as an address is written in a URL, as `::1`. */
const withoutBrackets = (host: string): string => host.replace(/^\[(.*)\]$/, '$1')

const path = (about: string): TextSetting => text('', /^[^\0]*$/, 'a path', about)

const toggle = (about: string): SwitchSetting => ({ default: false, about })

/** An origin as browsers and apps send it: of a page (RFC 6454), of a scheme of an app, `file://` or `null`. */
const ORIGIN = '(null|https?://[^\\s,/*]+/?|(?!https?:)[a-z][a-z0-9+.-]*://[^\\s,/*]*)'
const ORIGINS = new RegExp(`^(${ORIGIN}(,${ORIGIN})*)?$`, 'i')

export const SETTINGS = {
  port: number(3000, 0, 65_535, 'TCP port', 'port to listen on; 0 takes any free port'),
  host: text(
    'localhost',
    /^[A-Za-z0-9.:_%-]+$/,
    'a host name or an address',
    'address to listen on; 0.0.0.0 accepts connections from every network; HOST counts too when PORT is set',
    withoutBrackets,
  ),
  store: text(
    'memory',
    /^(memory|rediss?:\/\/[^\s]+)$/,
    'memory, or redis://user:password@host:6379/0, or the same with rediss:// for TLS',
    'where rooms are stored; servers with the same Redis (7 or newer) serve the same rooms',
  ),
  storePrefix: text(
    'playground',
    /^[A-Za-z0-9:_-]{1,64}$/,
    '1 to 64 of A-Z a-z 0-9 : _ -',
    'prefix of every key in Redis',
  ),
  workers: number(1, 1, 256, 'processes', 'server processes on the one port; more than one need a Redis store'),
  history: number(100, 0, 10_000, 'events', 'history for a reader without a cursor'),
  retain: number(10_000, 1, 1_000_000, 'events', 'events kept in each room; a reader further behind gets a reset'),
  retainBytes: number(
    16_777_216,
    65_536,
    1_073_741_824,
    'bytes',
    'memory for the events of a room, estimated; the oldest are dropped beyond it',
  ),
  retainTotal: number(
    67_108_864,
    65_536,
    17_179_869_184,
    'bytes',
    'memory for the events of all rooms of a process, estimated; the room with the most bytes drops its oldest',
  ),
  hold: number(25_000, 0, 600_000, 'ms', 'longest time that a long poll is held'),
  heartbeat: number(20_000, 100, 600_000, 'ms', 'interval of heartbeats on quiet streams and sockets'),
  lease: number(
    75_000,
    100,
    3_600_000,
    'ms',
    'time after which a silent member has left; browsers wake a hidden tab once a minute',
  ),
  anonymousStream: number(
    300_000,
    100,
    86_400_000,
    'ms',
    'longest stream of a reader without a token, which then has to connect again',
  ),
  unread: number(
    20_000,
    100,
    600_000,
    'ms',
    'time without any byte taken by the client after which an unread answer is cut; at most twice this time passes',
  ),
  idle: number(
    72_000,
    1000,
    3_600_000,
    'ms',
    'time without a request after which a connection is closed; longer than that of a proxy in front',
  ),
  renames: number(1, 0, 1000, 'times', 'number of times a member may change its name'),
  maxMembers: number(5000, 1, 1_000_000, 'members', 'limit of members in a room'),
  maxRooms: number(
    1000,
    1,
    1_000_000,
    'rooms',
    'limit of rooms at the same time; an idle room is released for a new one, one without messages first',
  ),
  roomIdle: number(
    3_600_000,
    100,
    604_800_000,
    'ms',
    'time after which a room without members and readers is released; after a minute if it has no messages to lose',
  ),
  memberPosts: number(20, 0, 100_000, 'messages/s', 'rate limit of a member; 5 s of it at once; 0: none'),
  socketFrames: number(100, 0, 100_000, 'frames/s', 'rate limit of frames from a socket; 5 s of it at once; 0: none'),
  addressJoins: number(240, 0, 1_000_000, 'joins/min', 'rate limit of an address; 2 min of it at once; 0: none'),
  addressRooms: number(
    120,
    0,
    1_000_000,
    'rooms/h',
    'rate limit of new rooms of an address; 1 h of it at once; 0: none',
  ),
  memberConnections: number(32, 0, 1_000_000, 'connections', 'requests, streams and sockets of a member; 0: no limit'),
  addressConnections: number(
    1000,
    0,
    1_000_000,
    'connections',
    'requests, streams and sockets of an address, an IPv6 /64 counts as one; 0: no limit',
  ),
  addressReaders: number(
    250,
    0,
    1_000_000,
    'connections',
    'of these, those that read a room without the token of a member; 0: no limit',
  ),
  maxConnections: number(
    20_000,
    1,
    10_000_000,
    'connections',
    'requests, streams and sockets of all clients of a process, also of this machine',
  ),
  limitLocal: toggle('apply the limits of members and addresses to clients of this machine too'),
  trustProxy: text(
    '',
    /^([0-9A-Za-z.:/]+(,[0-9A-Za-z.:/]+)*)?$/,
    'addresses, networks, loopback or uniquelocal, separated by commas: 127.0.0.1,10.0.0.0/8',
    'proxies whose X-Forwarded-For names the address of a client',
    withoutSpaces,
  ),
  origins: text(
    '',
    ORIGINS,
    'origins separated by commas: https://a.example,app://b,file://,null',
    'other origins whose pages may use this server',
    withoutSpaces,
  ),
  hosts: text(
    '',
    /^([\p{L}\p{M}\p{N}.:_[\]-]+(,[\p{L}\p{M}\p{N}.:_[\]-]+)*)?$/u,
    'host names separated by commas: chat.example,10.0.0.7',
    'further names by which this server may be reached, if --host is this machine alone',
    withoutSpaces,
  ),
  links: text(
    'auto',
    /^(auto|on|off)$/,
    'auto, on or off',
    'open further ports, each with an emulated network in front of this server; auto: only if --host is this machine alone',
  ),
  jsonp: toggle(
    'serve jsonp-poll, for history: answers are scripts with all rights of the page that loads them, and any page of any ' +
      'site can read the public rooms',
  ),
  tls: toggle('serve HTTPS and HTTP/2, with a certificate made for this run; --tls-cert implies this'),
  tlsCert: path('file of the certificate, PEM; if neither file exists, both are created'),
  tlsKey: path('file of the key of --tls-cert, PEM'),
  deflate: toggle(
    'compress WebSocket frames if the client offers permessage-deflate: fewer bytes for repeated text, more CPU for each ' +
      'frame, about 100 kB of memory for each socket',
  ),
  reports: text(
    'reports',
    /^[^\0]*$/,
    'a path, or nothing for none',
    'folder of the benchmark’s reports, which everybody who can open the page can read',
  ),
  metrics: toggle('serve /metrics for Prometheus'),
  logLevel: text(
    'warn',
    /^(fatal|error|warn|info|debug|trace|silent)$/,
    'fatal, error, warn, info, debug, trace or silent',
    'least severe level that is logged',
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

/** `maxRooms` is `--max-rooms` on the command line. */
export const flagOf = (name: SettingName): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
/** `maxRooms` is `PLAYGROUND_MAX_ROOMS` in the environment. PORT has no prefix: hosting platforms set it. */
export const variableOf = (name: SettingName): string => {
  const upper = flagOf(name).replaceAll('-', '_').toUpperCase()
  return name === 'port' ? upper : `PLAYGROUND_${upper}`
}

/**
 * The variable that counts in this environment. Hosting platforms set HOST together with PORT. HOST alone is the name of the machine,
 * as csh and conda set it, and does not count.
 */
export function variableIn(environment: NodeJS.ProcessEnv, name: SettingName): string {
  const own = variableOf(name)
  const isSet = (variable: string) => (environment[variable] ?? '').trim() !== ''
  return name === 'host' && !isSet(own) && isSet('PORT') && isSet('HOST') ? 'HOST' : own
}

const names = Object.keys(SETTINGS) as SettingName[]

/**
 * Variables of settings without a value, as Compose passes a variable that its `.env` does not set. They count as not set, unless
 * nothing is an allowed value.
 */
export const blankVariables = (environment: NodeJS.ProcessEnv): string[] =>
  names
    .filter((name) => !isAllowed(name, ''))
    .map((name) => variableIn(environment, name))
    .filter((variable) => environment[variable]?.trim() === '')

/** Of the benchmark; and of a container platform, which makes them of the name of a service: `PLAYGROUND_SERVICE_HOST`. */
const OF_OTHERS = /^PLAYGROUND_BENCH_|_SERVICE_(HOST|PORT)|_PORT_\d+_(TCP|UDP|SCTP)/

/** Variables that begin like those of the settings and are none: of each, its name and the variable that may be meant. */
export function unknownVariables(environment: NodeJS.ProcessEnv): { variable: string; meant: string | undefined }[] {
  const known = names.map(variableOf)
  const letters = (variable: string) => variable.toUpperCase().replace('PLAYGROUND', '').replaceAll('_', '')
  return Object.keys(environment)
    .filter((variable) => variable.startsWith('PLAYGROUND_') && !known.includes(variable))
    .filter((variable) => !OF_OTHERS.test(variable) && !environment[variable]?.startsWith('tcp://'))
    .map((variable) => ({ variable, meant: known.find((own) => letters(own) === letters(variable)) }))
}

function isAllowed(name: SettingName, value: string): boolean {
  try {
    parseSetting(name, value)
    return true
  } catch {
    return false
  }
}

/**
 * Reads one setting from text. Spaces and line ends around the text do not count: a file of variables may have them.
 *
 * @throws RangeError with the value and what is allowed
 */
export function parseSetting(name: SettingName, text: string): number | string | boolean {
  const setting: Setting = SETTINGS[name]
  const value = text.trim()
  if (!('unit' in setting) && !('pattern' in setting)) {
    if (!/^(true|false)$/.test(value)) throw new RangeError(`${value || 'nothing'} is not allowed: true or false`)
    return value === 'true'
  }
  if ('pattern' in setting) {
    const spelled = setting.spelling?.(value) ?? value
    if (!setting.pattern.test(spelled)) throw new RangeError(`${value || 'nothing'} is not allowed: ${setting.allowed}`)
    return spelled
  }
  return parseNumber(value, setting)
}

/** The defaults, overridden by the given settings. */
export function configOf(given: Partial<Config> = {}): Config {
  const defaults = Object.fromEntries(Object.entries(SETTINGS).map(([name, setting]) => [name, setting.default]))
  return { ...(defaults as Config), ...given }
}
