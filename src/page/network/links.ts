import { signal } from '@preact/signals'
import { TRANSPORTS, type About, type AboutLink, type TransportName } from '../../protocol.ts'
import { call } from '../../client/transports/http.ts'
import { net } from './net.ts'

/** The profile that changes nothing: a line by itself needs no link for it. */
export const DIRECT = 'local'

/** The links that this page can use, in the server's order; none before the server has told of them. */
export const links = signal<readonly AboutLink[]>([])

/** What this server can be read by. */
export const servedTransports = signal<readonly TransportName[]>(TRANSPORTS)

/** What the page's policy lets it connect to is fixed when it is loaded. */
let allowedPorts: ReadonlySet<number> | null = null

/** Asks the server which links there are; settles in any case. */
export async function readAbout(): Promise<void> {
  try {
    const { links: listed, transports } = (await call(net, { path: '/about' })) as About
    // From a page that came over TLS a browser lets nothing go out in the clear.
    const usable = location.protocol === 'http:' ? listed : []
    allowedPorts ??= new Set(usable.map(({ port }) => port))
    const known = allowedPorts
    servedTransports.value = TRANSPORTS.filter((name) => transports.includes(name))
    links.value = usable.filter(({ port }) => known.has(port))
  } catch {
    // Not reached: what was known stands until it is.
  }
}

/** Settles once the links are known for the first time, or cannot be. */
export const linksLoaded = readAbout()

/** The profiles that there are, each once, in the server's order. */
export const profilesOf = (all: readonly AboutLink[]): string[] => [...new Set(all.map(({ profile }) => profile))]

/** The n-th link with this profile: who takes different ones shares neither their bandwidth nor a browser's connections. */
export function linkOf(all: readonly AboutLink[], profile: string, index: number): AboutLink | null {
  return all.filter((link) => link.profile === profile).at(index) ?? null
}
