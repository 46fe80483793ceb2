import type * as Engine from 'engine.io-client'
import { reasonOf, type Net } from './transport.ts'

/** The two transports of Engine.IO, polling and WebSocket, over `net`, with the requests of the original. */
export function engineTransports({ Fetch, WebSocket }: typeof Engine, net: Net): Engine.TransportCtor[] {
  class Polling extends Fetch {
    override doPoll(): void {
      void this.#request('read', { method: 'GET' }, (body) => this.onData(body))
    }

    override doWrite(body: string, written: () => void): void {
      void this.#request('write', { method: 'POST', body }, written)
    }

    /** `fetch` labels a string body `text/plain;charset=UTF-8`, as Engine.IO's polls do. */
    async #request(what: string, init: RequestInit, onBody: (body: string) => void): Promise<void> {
      try {
        const response = await net.fetch(this.uri(), init)
        // An empty body is read too: before that its connection is not free.
        const body = await response.text()
        if (response.ok) onBody(body)
        else this.onError(`${what} error: ${response.status}`, response.status, response)
      } catch (error) {
        this.onError(`${what} error: ${reasonOf(error)}`, error)
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
