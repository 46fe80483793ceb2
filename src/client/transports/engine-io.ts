import type * as Engine from 'engine.io-client'
import type { Net } from './transport.ts'

/** The two ways of Engine.IO, polls and a WebSocket, over a net that is handed in: with the requests that it makes itself. */
export function engineTransports({ Fetch, WebSocket }: typeof Engine, net: Net): Engine.TransportCtor[] {
  class Polling extends Fetch {
    override doPoll(): void {
      void this.#request('read', { method: 'GET' }, (body) => this.onData(body))
    }

    override doWrite(body: string, written: () => void): void {
      void this.#request('write', { method: 'POST', body }, written)
    }

    /** A body that is a string says itself that it is `text/plain;charset=UTF-8`, as Engine.IO's polls do. */
    async #request(what: string, init: RequestInit, onBody: (body: string) => void): Promise<void> {
      try {
        const response = await net.fetch(this.uri(), init)
        // Read even where it says nothing: until then its connection is not free.
        const body = await response.text()
        if (response.ok) onBody(body)
        else this.onError(`${what} error`, response.status, response)
      } catch (error) {
        this.onError(`${what} error`, error)
      }
    }
  }

  class Socket extends WebSocket {
    override createSocket(url: string): globalThis.WebSocket {
      return new net.WebSocket(url)
    }
  }

  return [Polling, Socket]
}
