import { signal } from '@preact/signals'
import { TRANSPORTS, type About, type AboutLink, type TransportName } from '../../protocol.ts'
import { call } from '../../client/transports/http.ts'
import { DEFAULT_ROOM } from '../browser/router.ts'
import { net, netOverLink } from './net.ts'

/** The profile that changes nothing: a connection needs no link for it. */
export const DIRECT = 'local'

/** The links that this page can use, in the server's order; none before the first answer. */
export const links = signal<readonly AboutLink[]>([])

/** The transports that this server offers. */
export const servedTransports = signal<readonly TransportName[]>(TRANSPORTS)

/** ms after which the links are tried although nothing needs them yet: loading the page comes first. */
const PROBE_AFTER_MS = 1000

let need: () => void = () => undefined
const areNeeded = new Promise<void>((resolve) => (need = resolve))

/** This tab has used a link before: until one fails, they are taken for reachable. */
let wereReachable = false

/** A view is about to use links: they are tried at once. `usedBefore`: this tab has used a link. */
export function needLinks(usedBefore = false): void {
  wereReachable ||= usedBefore
  need()
}

/** ms for a link to answer. The probe uses a link without delay, if there is one. */
const PROBE_MS = 3000

/** Reads the server's links and transports; settles in any case. */
export async function readAbout(): Promise<void> {
  try {
    const { links: listed, transports } = (await call(net, { path: '/about' })) as About
    // A browser blocks unencrypted requests from a page that was loaded over TLS.
    const usable = location.protocol === 'http:' ? listed : []
    servedTransports.value = TRANSPORTS.filter((name) => transports.includes(name))
    if (wereReachable) links.value = usable
    links.value = (await areReachable(usable)) ? usable : []
  } catch {
    // The server was not reached: the values stay until it is.
  }
}

/**
 * Whether a link answers this page. Behind a forwarded port or a proxy, the ports of the links are not on the host that the page was
 * loaded from, or not those of this server. One link stands for all, so that a page that cannot use them does one failing request.
 */
async function areReachable(links: readonly AboutLink[]): Promise<boolean> {
  const link = linkOf(links, DIRECT, 0) ?? links[0]
  if (!link) return false
  await Promise.race([areNeeded, new Promise((resolve) => setTimeout(resolve, PROBE_AFTER_MS))])
  const probe = { path: `/rooms/${DEFAULT_ROOM}/members` }
  const answer = await call(netOverLink(net, link), probe, AbortSignal.timeout(PROBE_MS)).catch(() => null)
  return Array.isArray(answer)
}

/** Settles when the first attempt to read the links is over. */
export const linksLoaded = readAbout()

/** All profiles, each once, in the server's order. */
export const profilesOf = (all: readonly AboutLink[]): string[] => [...new Set(all.map(({ profile }) => profile))]

/** The n-th link with this profile. Different links share neither bandwidth nor a browser's connections. */
export function linkOf(all: readonly AboutLink[], profile: string, index: number): AboutLink | null {
  return all.filter((link) => link.profile === profile).at(index) ?? null
}
