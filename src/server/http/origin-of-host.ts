import { parseUrl } from '../config/parse-url.ts'

const DEFAULT_PORTS = /^(80|443)$/

/** Host name and port, in lower case. The default ports count as none: a proxy may add one, or end TLS. */
function authorityOf(url: URL): string {
  return DEFAULT_PORTS.test(url.port) ? url.hostname : url.host
}

/**
 * Whether a page of `origin` came from the server that its request names as `host`. The scheme is not compared, since a server
 * behind a proxy does not know it.
 *
 * @param host a `Host` or `:authority` header
 */
export function isOriginOfHost(origin: string, host: string): boolean {
  const [page, here] = [parseUrl(origin), parseUrl(`http://${host}`)]
  if (!/^https?:/.test(origin) || !page || !here) return false
  return authorityOf(page) === authorityOf(here)
}

/**
 * An origin in the form in which browsers send it: no path, lower case, no default port. An origin that is not HTTP, such as
 * `file://` or `null`, is written in lower case.
 */
export function serializedOrigin(origin: string): string {
  return /^https?:/i.test(origin) ? (parseUrl(origin)?.origin ?? origin) : origin.toLowerCase()
}
