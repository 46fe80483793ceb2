import type { Net } from '../../src/client/transports/transport.ts'
import type { Ack, Batch, Draft } from '../../src/protocol.ts'

/** A request as a client makes it. `send` passes the request on, with changes. */
interface Request {
  url: URL
  init: RequestInit
  send: (changed?: { url?: URL; init?: RequestInit }) => Promise<Response>
}

export interface NetFaults {
  /** A poll. By default, the request is passed on. */
  read?: (request: Request) => Promise<Response>
  /** Changes each batch of a poll's answer. `path`: of the poll. */
  batch?: (batch: Batch, path: string) => Batch
  /** A message on its way to the server. */
  post?: (request: Request, draft: Draft) => Promise<Response>
}

/** A network with faults in polls and posts. */
export function faultyNet(net: Net, { read, batch, post }: NetFaults): Net {
  const pass = async (input: string | URL, init: RequestInit): Promise<Response> => {
    const url = new URL(input)
    const send: Request['send'] = (changed = {}) => net.fetch(changed.url ?? url, changed.init ?? init)
    if (init.method === 'POST' && url.pathname.endsWith('/messages') && typeof init.body === 'string' && post)
      return post({ url, init, send }, JSON.parse(init.body) as Draft)
    if (!/\/(short|long)-poll$/.test(url.pathname)) return send()
    const response = await (read?.({ url, init, send }) ?? send())
    if (response.status !== 200 || !batch) return response
    return json(batch((await response.json()) as Batch, url.pathname))
  }
  return {
    ...net,
    fetch: (input, init = {}) => pass(input instanceof globalThis.Request ? input.url : input, init),
  }
}

export const json = (body: unknown, status = 200): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })

/** A forged acknowledgement, which the server did not send. */
export const forgedAck = (id: string, seq: number): Response => json({ id, seq } satisfies Ack, 201)
