import { isIPv6 } from 'node:net'

const MAPPED_IPV4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i
/** Longer texts are no addresses. A trusted proxy may forward what its client sent. */
const MAX_LENGTH = 64

/** An address with the port of the client, as some proxies forward it: each connection would otherwise count as a client. */
const WITH_PORT = /^(\d+\.\d+\.\d+\.\d+):\d+$|^\[(.+)\](?::\d+)?$/

/** The addresses that count as one client: a single IPv4 address, or the /64 of an IPv6 address, which one customer has. */
export function addressKey(forwarded: string): string {
  const [, ipv4, ipv6] = WITH_PORT.exec(forwarded) ?? []
  const address = ipv4 ?? ipv6 ?? forwarded
  const mapped = MAPPED_IPV4.exec(address)?.[1]
  if (mapped !== undefined) return mapped
  if (!isIPv6(address)) return address.slice(0, MAX_LENGTH)
  return firstGroups(address).join(':')
}

/** Whether a peer is this machine. A Unix socket has no address. */
export const isLoopback = (address: string | undefined): boolean =>
  address === undefined || address === '::1' || /^(::ffff:)?127\./i.test(address)

/** The first four of the eight groups, with the omitted groups of `::` filled in. */
function firstGroups(address: string): string[] {
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::')
  const groups = (part: string) => (part === '' ? [] : part.split(':'))
  // An IPv4 address at the end stands for two groups, which are not among the first four of any address in use.
  const omitted = tail === undefined ? 0 : Math.max(0, 8 - groups(head).length - groups(tail).length)
  const all = [...groups(head), ...Array<string>(omitted).fill('0'), ...groups(tail ?? '')]
  return all.slice(0, 4).map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''))
}
