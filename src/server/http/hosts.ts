import { isIPv6, type AddressInfo, type Server } from 'node:net'
import { parseUrl } from '../config/parse-url.ts'
import type { Config } from '../config/settings.ts'
import { DomainError } from '../errors/domain-error.ts'
import { isLoopback } from '../links/links.ts'

/** Names by which only this machine is reached. */
const LOCAL_NAME = /^(localhost|.+\.localhost|127\.[\d.]+|\[::1\])$/

/**
 * The name in a text that is a host with its port. A dot at the end of a name, which ends its search, is no part of it. null for
 * other text: with a user or a path, another program may read another host.
 */
const hostnameOf = (host: string): string | null =>
  /[/\\?#@]/.test(host)
    ? null
    : (parseUrl(`http://${isIPv6(host) ? `[${host.replace(/%.*/, '')}]` : host}`)?.hostname.replace(/\.$/, '') ?? null)

/**
 * The names by which this server is reached. A server that listens on loopback addresses is meant for this machine, but a page of
 * any site can have its own name resolve to 127.0.0.1 (DNS rebinding). To the browser the page is then of the same origin as the
 * server, and only the name in `Host` tells that it is not.
 */
export class Hosts {
  readonly #server: () => Server
  readonly #names: ReadonlySet<string | null>
  /** The last host that was found to be a name of this server: most requests repeat it. */
  #lastOwn: string | null = null
  #isLocal: boolean | null = null

  constructor(server: () => Server, { host, hosts, origins }: Pick<Config, 'host' | 'hosts' | 'origins'>) {
    this.#server = server
    const ofOrigins = origins.split(',').flatMap((origin) => /^https?:\/\/(.+)/i.exec(origin)?.[1] ?? [])
    this.#names = new Set([host, ...hosts.split(','), ...ofOrigins].filter(Boolean).map(hostnameOf))
  }

  /** Every name, if the server can be reached from other machines. */
  isOwn(host: string | undefined): boolean {
    if (host === undefined || host === this.#lastOwn) return true
    const name = hostnameOf(host)
    const isOwn = !this.#listensLocally() || (name !== null && (LOCAL_NAME.test(name) || this.#names.has(name)))
    if (isOwn) this.#lastOwn = host
    return isOwn
  }

  /** @throws DomainError `foreign-host` */
  refuseForeign(host: string): void {
    if (this.isOwn(host)) return
    const name = hostnameOf(host) ?? host
    const detail = `this server is for its own machine, and ${host} is no name of it: to allow this name, start it with --hosts ${name}, or with --origins https://${name} behind a proxy`
    throw new DomainError('foreign-host', detail, { field: 'Host' })
  }

  #listensLocally(): boolean {
    // null before the server listens, and for a test that injects requests.
    const bound = this.#server().address() as AddressInfo | null
    return (this.#isLocal ??= bound === null ? null : isLoopback(bound.address)) ?? false
  }
}
