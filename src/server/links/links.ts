import { isIP, type AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { openLink, PROFILE_NAMES, PROFILES, type Link, type ProfileName } from '../../link/link.ts'
import { TRANSPORTS, type AboutLink } from '../../protocol.ts'
import type { Config } from '../config/settings.ts'

/**
 * Ports with a profile. One for each transport, so that all can run side by side without sharing a line or a browser's six
 * connections to a port, and one for who follows the room by one transport alone.
 */
const PORTS_EACH = TRANSPORTS.length + 1

/** Ports of 127.0.0.0/8 and ::1 can be reached from this machine only. */
const isLoopback = (address: string): boolean => /^(127\.|::1$|::ffff:127\.)/.test(address)

/** Where a server that listens to everybody is reached from its own machine. */
const reachable = (address: string): string =>
  address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address

/** The server that the links lead to; a Fastify instance is one. */
type LinkedServer = Pick<FastifyInstance, 'server' | 'log'>

/**
 * Networks that a page can choose to be behind: ports in front of this server, each a relay that delays, throttles or cuts
 * what passes. They are opened when somebody first asks which there are: a server that no page is loaded from has none.
 */
export class Links {
  readonly #app: LinkedServer
  readonly #setting: Config['links']
  #opening: Promise<void> | null = null
  #links: { profile: ProfileName; link: Link }[] = []
  /** Of the links and of the server itself. */
  #ports: ReadonlySet<number> = new Set()
  #isClosed = false

  constructor(app: LinkedServer, setting: Config['links']) {
    this.#app = app
    this.#setting = setting
  }

  get list(): AboutLink[] {
    return this.#links.map(({ profile, link }) => {
      const { delayMs, bitsPerSecond } = PROFILES[profile]
      return { profile, port: link.port, rttMs: 2 * delayMs, bitsPerSecond }
    })
  }

  open(): Promise<void> {
    return this.#isClosed ? Promise.resolve() : (this.#opening ??= this.#open())
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#opening
    await this.#closeAll()
  }

  /** What a page that came from `host` may connect to, as a content security policy has it. */
  sourcesFor(host: string | undefined): string[] {
    if (host === undefined || !URL.canParse(`http://${host}`)) return []
    const { hostname } = new URL(`http://${host}`)
    return this.#links.flatMap(({ link }) => [`http://${hostname}:${link.port}`, `ws://${hostname}:${link.port}`])
  }

  /** The same for jsonp-poll, whose answers are scripts. */
  scriptSourcesFor(host: string | undefined): string[] {
    return this.sourcesFor(host).filter((source) => source.startsWith('http:'))
  }

  /** As `join`; opens the links first, where another worker has told the page of them. */
  async lets(origin: string, host: string | undefined): Promise<boolean> {
    if (isSameHost(origin, host)) await this.open()
    return this.join(origin, host)
  }

  /** This is the origin of our own page, and it asks over one of the links: same host, another port of ours. */
  join(origin: string, host: string | undefined): boolean {
    if (host === undefined || !URL.canParse(origin) || !URL.canParse(`http://${host}`)) return false
    const [page, here] = [new URL(origin), new URL(`http://${host}`)]
    const isOurs = ({ port }: URL) => this.#ports.has(Number(port || 80))
    return page.protocol === 'http:' && page.hostname === here.hostname && isOurs(page) && isOurs(here)
  }

  async #closeAll(): Promise<void> {
    await Promise.all(this.#links.map(({ link }) => link.close()))
  }

  async #open(): Promise<void> {
    const bound = this.#app.server.address() as AddressInfo | null
    // Not listening: a test that injects requests.
    if (bound === null || !isIP(bound.address)) return
    if (this.#setting === 'off' || (this.#setting === 'auto' && !isLoopback(bound.address))) return
    const to = { host: reachable(bound.address), port: bound.port }
    const wanted = PROFILE_NAMES.flatMap((profile) => Array<ProfileName>(PORTS_EACH).fill(profile))
    const onError = (error: Error) => this.#app.log.debug({ error: error.message }, 'a link broke')
    const opened = await Promise.allSettled(
      wanted.map(async (profile) => ({ profile, link: await openLink({ to, host: bound.address, profile, onError }) })),
    )
    for (const { status, ...rest } of opened)
      if (status === 'rejected') this.#app.log.warn(rest, 'a link cannot be opened')
    this.#links = opened.flatMap((link) => (link.status === 'fulfilled' ? [link.value] : []))
    this.#ports = new Set([bound.port, ...this.#links.map(({ link }) => link.port)])
    // Closed meanwhile: who closes waits for this.
    if (this.#isClosed) await this.#closeAll()
  }
}

/** Whatever the ports are. */
const isSameHost = (origin: string, host: string | undefined): boolean =>
  URL.canParse(origin) &&
  URL.canParse(`http://${host}`) &&
  new URL(origin).hostname === new URL(`http://${host}`).hostname
