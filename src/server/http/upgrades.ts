import { IncomingMessage, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { hasBody } from './body-progress.ts'
import { currentAnswer } from './current-answer.ts'

/** Returns whether an address is one of these WebSockets of a room. */
export function webSocketPaths(names: readonly string[]): (url: string) => boolean {
  const pattern = new RegExp(`^/rooms/[^/]+/(?:${names.join('|')})/?$`)
  return (url) => pattern.test(decodedPath(url))
}

/** As the router reads it, which refuses a path that cannot be decoded: '' then. */
function decodedPath(url: string): string {
  const [path = ''] = url.split(/[?#]/, 1)
  try {
    return decodeURIComponent(path)
  } catch {
    return ''
  }
}

/**
 * Returns the class of the requests of a server in which only the handshake of a WebSocket leaves HTTP.
 *
 * By default Node passes every request with an Upgrade header to the listeners for upgrades. From then on the connection has no
 * timeouts, the request has no body, and answers are not told when the connection takes more bytes. An earlier request of the
 * connection may be unanswered: two answers cannot be written at once. All requests but a handshake are plain requests here, and
 * so are a handshake behind an unanswered request (RFC 9110, 7.8: a server may ignore Upgrade), a handshake with a body, and CONNECT.
 *
 * Node reads the property `upgrade` of a request to decide. The property is not public, and is the same in Node 18 to 24.
 */
export function requestClass(isWebSocketPath: (url: string) => boolean): typeof IncomingMessage {
  return class extends IncomingMessage {
    /** `asked`: not decided yet. */
    declare private upgradeState: 'asked' | 'upgrade' | 'plain'

    set upgrade(isAsked: boolean | null) {
      if (!isAsked) this.upgradeState = 'plain'
      else if (this.upgradeState !== 'upgrade') this.upgradeState = 'asked'
    }

    /** Node reads this after each chunk of a request: the answer must not change. */
    get upgrade(): boolean {
      if (this.upgradeState === 'asked') this.upgradeState = this.#isUpgrade() ? 'upgrade' : 'plain'
      return this.upgradeState === 'upgrade'
    }

    #isUpgrade(): boolean {
      const { method, httpVersion, headers, url = '' } = this
      if (method !== 'GET' || httpVersion !== '1.1' || headers.upgrade?.toLowerCase() !== 'websocket') return false
      // The answer to this request is not attached yet.
      return isWebSocketPath(url) && !hasBody(this) && currentAnswer(this.socket) === null
    }
  }
}

/** Whether the connection of this request has left HTTP. */
export const hasLeftHttp = (request: IncomingMessage): boolean => 'upgrade' in request && request.upgrade === true

/** Asks for another protocol, such as WebSocket or HTTP/2 without TLS. */
export const isUpgrade = ({ headers }: { headers: IncomingHttpHeaders }): boolean =>
  headers.upgrade !== undefined && /\bupgrade\b/i.test(headers.connection ?? '')

/** Closes the connection after an answer that refuses an upgrade or a tunnel: Node drops requests that came in the same packet. */
export function closeAfterRefusal(request: IncomingMessage, response: ServerResponse): void {
  if (request.httpVersionMajor !== 1) return
  if (isUpgrade(request) || request.method === 'CONNECT') response.setHeader('connection', 'close')
}
