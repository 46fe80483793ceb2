/** The address by which other devices open the same page. */

/** Whether only this machine can open an address with this host. `hostname` is that of a URL. */
export const isLoopback = (hostname: string): boolean =>
  /^(localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[::1\]|0\.0\.0\.0)$/i.test(hostname)

/**
 * The address of the page on another host, as typed: `192.168.1.20`, `192.168.1.20:3000`, `https://chat.example`. The port and the scheme
 * of this page are kept where none is typed.
 *
 * @param page the address of this page
 * @returns null for a text that is no host
 */
export function addressOnHost(page: string, typed: string): string | null {
  const text = typed.trim()
  const here = new URL(page)
  if (text === '') return page
  // Browsers differ in what they read as a host.
  if (!/^(https?:\/\/)?[\w.:[\]-]+\/?$/i.test(text)) return null
  const withScheme = /^https?:\/\//i.test(text) ? text : `${here.protocol}//${text}`
  if (!URL.canParse(withScheme)) return null
  const { protocol, hostname, port } = new URL(withScheme)
  const address = new URL(page)
  address.protocol = protocol
  address.hostname = hostname
  const hasScheme = withScheme === text
  address.port = port !== '' || hasScheme ? port : here.port
  return address.href
}
