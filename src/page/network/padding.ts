import type { Net } from '../../client/transports/transport.ts'
import { SUBPROTOCOL } from '../../protocol.ts'

/** Bytes of the header that is added to each request. Browsers accept cookies of up to 4 kB. */
export const PADDING_BYTES: readonly number[] = [0, 200, 1000, 2000, 4000]

const HEADER = 'x-padding'

/** Bytes around the value: `x-padding: …` and a line's end. */
const HEADER_BYTES = HEADER.length + 4
/** The same of one more subprotocol, and of the first one with its header. */
const OFFER_BYTES = 2
const FIRST_OFFER_BYTES = 'Sec-WebSocket-Protocol: '.length + SUBPROTOCOL.length + 4

/**
 * The same net with this many bytes more in the head of each request, as a cookie adds them. It is no cookie, since all tabs of a
 * browser and all ports of a host share cookies. A page can set no header of a WebSocket but its subprotocols, so a handshake offers
 * one more, which the server ignores. The request of a script element has no header that a page can set.
 *
 * @param bytes is read for each request and handshake
 */
export function paddedNet(net: Net, bytes: () => number): Net {
  const padding = (around: number) => 'x'.repeat(bytes() - around)
  return {
    ...net,
    fetch: (input, init) => {
      if (bytes() === 0) return net.fetch(input, init)
      const headers = new Headers(init?.headers)
      headers.set(HEADER, padding(HEADER_BYTES))
      return net.fetch(input, { ...init, headers })
    },
    WebSocket: class extends net.WebSocket {
      constructor(url: string | URL, protocols: string | string[] = []) {
        const offers = [protocols].flat()
        if (bytes() === 0) super(url, offers)
        else if (offers.length > 0) super(url, [...offers, padding(OFFER_BYTES)])
        // A browser refuses a handshake in which the server selects none of the subprotocols: the server selects this one.
        else super(url, [SUBPROTOCOL, padding(FIRST_OFFER_BYTES)])
      }
    },
  }
}
