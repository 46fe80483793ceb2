import { isIP, type AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { openLink, PROFILE_NAMES, PROFILES, type Link, type ProfileName } from '../../link/link.ts'
import { TRANSPORTS, type AboutLink } from '../../protocol.ts'
import { parseUrl } from '../config/parse-url.ts'
import type { Config } from '../config/settings.ts'

/**
 * Ports with each profile. One for each transport, so that all transports can run at once without sharing a link or a browser's
 * six connections to a port, and one for a page that uses a single transport.
 */
const PORTS_PER_PROFILE = TRANSPORTS.length + 1

/**
 * The first link has the server's port plus this number, and the others follow, so that a page finds the same links after a
 * restart of the server.
 */
const PORTS_ABOVE_SERVER = 10_000
/** The ports from here on are given to any program that asks for a free one: a link does not claim one of them. */
const FIRST_EPHEMERAL_PORT = 32_768

/** Only this machine can connect to 127.0.0.0/8 and ::1. */
export const isLoopback = (address: string): boolean => /^(127\.|::1$|::ffff:127\.)/.test(address)

/** The address at which this machine reaches a server that listens on all addresses. */
const localAddress = (address: string): string =>
  address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address

/** The server behind the links; a Fastify instance is one. */
type LinkedServer = Pick<FastifyInstance, 'server' | 'log'>

/**
 * Emulated networks that a page can choose: ports in front of this server, each a relay that delays, limits or cuts the
 * traffic. They are opened when a page is first loaded or asks for their list.
 */
export class Links {
  readonly #app: LinkedServer
  readonly #setting: Config['links']
  #opening: Promise<void> | null = null
  #links: { profile: ProfileName; link: Link }[] = []
  /** Ports of the links and of the server. */
  #ports: ReadonlySet<number> = new Set()
  #isClosed = false

  constructor(app: LinkedServer, setting: Config['links']) {
    this.#app = app
    this.#setting = setting
  }

  /**
   * The links for a page from `host`. None for a host that a content security policy cannot name, such as an IPv6 address: the
   * page could not connect to them.
   */
  listFor(host: string | undefined): AboutLink[] {
    if (policyHost(host) === null) return []
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

  /** Addresses of the links for a page from `host`, as a content security policy lists them: any port of the same host. */
  sourcesFor(host: string | undefined): string[] {
    const name = policyHost(host)
    return name === null || this.#links.length === 0 ? [] : [`http://${name}:*`, `ws://${name}:*`]
  }

  /** The same for scripts: answers of jsonp-poll are scripts. */
  scriptSourcesFor(host: string | undefined): string[] {
    return this.sourcesFor(host).filter((source) => source.startsWith('http:'))
  }

  /** As `isLinkOrigin`. Opens the links first: the page may have their ports from another worker. */
  async allowsOrigin(origin: string, host: string | undefined): Promise<boolean> {
    if (isSameHost(origin, host)) await this.open()
    return this.isLinkOrigin(origin, host)
  }

  /** Whether `origin` is this server's page, and `host` one of the links: the same host name, and two ports of this server. */
  isLinkOrigin(origin: string, host: string | undefined): boolean {
    const [page, here] = [parseUrl(origin), urlOf(host)]
    if (!page || !here) return false
    const isOurs = ({ port }: URL) => this.#ports.has(Number(port || 80))
    return page.protocol === 'http:' && page.hostname === here.hostname && isOurs(page) && isOurs(here)
  }

  async #closeAll(): Promise<void> {
    await Promise.all(this.#links.map(({ link }) => link.close()))
  }

  async #open(): Promise<void> {
    const bound = this.#app.server.address() as AddressInfo | null
    // A test injects requests without listening.
    if (bound === null || !isIP(bound.address)) return
    if (this.#setting === 'off' || (this.#setting === 'auto' && !isLoopback(bound.address))) return
    const to = { host: localAddress(bound.address), port: bound.port }
    const wanted = PROFILE_NAMES.flatMap((profile) => Array<ProfileName>(PORTS_PER_PROFILE).fill(profile))
    const onError = (error: Error) => this.#app.log.debug({ error: error.message }, 'a link failed')
    const first = bound.port + PORTS_ABOVE_SERVER
    const isFixed = first + wanted.length <= FIRST_EPHEMERAL_PORT
    const opened = await Promise.allSettled(
      wanted.map(async (profile, index) => {
        const options = { to, host: bound.address, profile, onError }
        const onFreePort = () => openLink(options)
        // Another program, or another worker of this server, may have the port.
        return {
          profile,
          link: await (isFixed ? openLink({ ...options, port: first + index }).catch(onFreePort) : onFreePort()),
        }
      }),
    )
    for (const { status, ...rest } of opened)
      if (status === 'rejected') this.#app.log.warn(rest, 'a link cannot be opened')
    this.#links = opened.flatMap((link) => (link.status === 'fulfilled' ? [link.value] : []))
    this.#ports = new Set([bound.port, ...this.#links.map(({ link }) => link.port)])
    // `close` was called while the links were opened, and waits for this.
    if (this.#isClosed) await this.#closeAll()
  }
}

/** The name of a host as a content security policy can write it, without a port; null for others, such as `[::1]` and `localhost.`. */
function policyHost(host: string | undefined): string | null {
  const hostname = urlOf(host)?.hostname
  return hostname !== undefined && /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(hostname) ? hostname : null
}

/** The same host name; ports may differ. */
function isSameHost(origin: string, host: string | undefined): boolean {
  const [page, here] = [parseUrl(origin), urlOf(host)]
  return page !== null && page.hostname === here?.hostname
}

/** The address of a host that a request names. */
const urlOf = (host: string | undefined): URL | null => (host === undefined ? null : parseUrl(`http://${host}`))
