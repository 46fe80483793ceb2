export interface ServerAddress {
  /** Where the server is, with the path below which a proxy serves it, without a slash at the end. */
  base: string
  /** The room that the address names, if it names one. */
  room?: string
}

const FORM = 'url is not of the form http://localhost:3000 or https://chat.example/path'

const SCHEMES: Record<string, string> = { 'http:': 'http:', 'https:': 'https:', 'ws:': 'http:', 'wss:': 'https:' }

/**
 * Reads the address of a server as people write it: without a scheme (`localhost:3000`), with the scheme of a WebSocket, or
 * copied from a browser with the settings of the page (`http://localhost:3000/#/room/blue?t=sse`).
 * The room is not validated.
 *
 * @throws TypeError that shows the form, for everything else
 */
export function readServerAddress(text: string | URL): ServerAddress {
  const written = String(text).trim()
  // Without a scheme, URL would read `localhost:` as the scheme, and `3000` alone as the address 0.0.11.184.
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(written) ? written : `http://${written}`
  if (/^\d*$/.test(written) || !URL.canParse(withScheme)) throw new TypeError(`${FORM}: ${written}`)
  const url = new URL(withScheme)
  const scheme = SCHEMES[url.protocol]
  if (scheme === undefined) throw new TypeError(`${FORM}: ${written}`)
  // `fetch` refuses such an address, and an error must not repeat a password.
  if (url.username !== '' || url.password !== '') throw new TypeError(`${FORM}: it contains a user name or a password`)

  const path = url.pathname.replace(/\/(index\.html)?$/, '').replace(/\/+$/, '')
  const [, prefix, roomOfPath] = /^(.*)\/rooms\/([^/]+)(?:\/.*)?$/.exec(path) ?? []
  const [, roomOfHash] = /^#\/?room\/([^/?]+)/.exec(url.hash) ?? []
  const room = roomOfPath ?? roomOfHash
  return {
    base: `${scheme}//${url.host}${prefix ?? path}`,
    ...(room === undefined ? {} : { room }),
  }
}
