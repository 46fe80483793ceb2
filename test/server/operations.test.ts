import { describe, expect, it } from 'vitest'
import { leave } from '../../src/client/members.ts'
import { TRANSPORTS } from '../../src/protocol.ts'
import { LONG } from '../support/long.ts'
import { person, startPlayground, watch } from '../support/playground.ts'
import { describeWithRedis, startRedis } from '../support/redis.ts'
import { launchServer } from '../support/servers.ts'

/** A sample's value in Prometheus' text. */
const sample = (text: string, name: string): number =>
  Number(new RegExp(`^${name.replace(/[{}]/g, '\\$&')} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN)

describe('/metrics', () => {
  it('is absent by default', async () => {
    const { base } = await startPlayground()
    expect((await fetch(`${base}/metrics`)).status).toBe(404)
  })

  it('counts members, connections, messages, deliveries, bytes and delays', async () => {
    const playground = await startPlayground({ metrics: true })
    const read = async () => (await fetch(`${playground.base}/metrics`)).text()
    const [ada, ben] = [await person(playground, 'ada'), await person(playground, 'ben')]
    const watchers = [watch(playground, ada, 'long-poll'), watch(playground, ben, 'websocket', { cursor: ben.cursor })]
    await expect.poll(async () => sample(await read(), 'playground_waiting_readers')).toBe(2)
    const before = await read()
    expect(sample(before, 'playground_members')).toBe(2)
    expect(sample(before, 'playground_lines{transport="long-poll"}')).toBe(1)
    expect(sample(before, 'playground_lines{transport="websocket"}')).toBe(1)
    expect(sample(before, 'playground_lines{transport="short-poll"}')).toBe(0)
    watchers[0]?.session.send('hello')
    for (const { texts } of watchers) await expect.poll(texts).toEqual(['hello'])
    const grown = async (name: string) => sample(await read(), name) - sample(before, name)
    await expect.poll(() => grown('playground_messages_total')).toBe(1)
    await expect.poll(() => grown('playground_deliveries_total')).toBe(2)
    await expect.poll(() => grown('playground_delivery_lag_seconds_count')).toBe(2)
    await expect.poll(() => grown('playground_bytes_total{way="down"}')).toBeGreaterThan(2 * 'hello'.length)
    expect(sample(await read(), 'nodejs_eventloop_lag_p99_seconds')).toBeGreaterThanOrEqual(0)
    await leave(playground.net, 'lobby', ben.token)
    await expect.poll(async () => sample(await read(), 'playground_members')).toBe(1)
    await expect.poll(async () => sample(await read(), 'playground_lines{transport="websocket"}')).toBe(0)
  })
})

describe('/docs', () => {
  it('describes the routes with the schemas used for validation', async () => {
    const { base } = await startPlayground({ jsonp: true })
    const { paths } = (await (await fetch(`${base}/docs/json`)).json()) as {
      paths: Record<string, Record<string, { responses: object; requestBody?: object }>>
    }
    expect(Object.keys(paths).sort()).toEqual(
      [
        ...['members', 'members/me', 'messages', ...TRANSPORTS.filter((name) => name !== 'socket-io')].map(
          (path) => `/rooms/{room}/${path}`,
        ),
        ...['', '/{id}', '/{id}/coefficients', '/{id}/page'].map((path) => `/reports${path}`),
      ].sort(),
    )
    expect(Object.keys(paths['/rooms/{room}/messages']?.['post']?.responses ?? {})).toContain('409')
    expect(JSON.stringify(paths['/rooms/{room}/messages']?.['post']?.requestBody)).toContain('"maxLength":2000')
    expect((await fetch(`${base}/docs/`)).status).toBe(200)
  })

  it('has relative addresses, so that it works below a path of a proxy and by plain HTTP', async () => {
    const { base } = await startPlayground()
    const redirect = await fetch(`${base}/docs`, { redirect: 'manual' })
    expect([redirect.status, redirect.headers.get('location')]).toEqual([302, 'docs/'])
    const page = await fetch(`${base}/docs/`)
    expect(page.headers.get('content-security-policy')).not.toContain('upgrade-insecure-requests')
    const addresses = [...(await page.text()).matchAll(/(?:href|src)="([^"]+)"/g)].map(([, address = '']) => address)
    expect(addresses.length).toBeGreaterThan(3)
    expect(addresses.filter((address) => !address.startsWith('./'))).toEqual([])
    const { servers, info } = (await (await fetch(`${base}/docs/json`)).json()) as {
      servers: object
      info: { description: string }
    }
    expect(servers).toEqual([{ url: '..' }])
    expect(info.description).not.toContain('](/')
  })

  it('describes the WebSocket frames as JSON and as a page', async () => {
    const { base } = await startPlayground()
    const { channels } = (await (await fetch(`${base}/docs/asyncapi.json`)).json()) as {
      channels: { room: { messages: object } }
    }
    expect(Object.keys(channels.room.messages)).toEqual(['message', 'batch', 'ack', 'error', 'heartbeat'])
    const page = await (await fetch(`${base}/docs/frames`)).text()
    for (const word of ['draft.text', '1 to 2000 characters', 'batch.cursor', 'error.detail', '4410']) {
      expect(page).toContain(word)
    }
  })
})

describe('/readyz', () => {
  it('reports ready with the memory store', async () => {
    const { base } = await startPlayground()
    expect((await fetch(`${base}/readyz`)).status).toBe(200)
  })
})

describeWithRedis('with Redis', () => {
  it('/readyz reports whether Redis answers, and /healthz only the process', async () => {
    const redis = await startRedis()
    const { base } = await startPlayground({ store: redis.url, logLevel: 'silent' })
    const status = async (path: string) => (await fetch(base + path)).status
    expect(await status('/readyz')).toBe(200)
    await redis.kill()
    await expect.poll(() => status('/readyz')).toBe(503)
    expect(await status('/healthz')).toBe(200)
    await redis.restart()
    await expect.poll(() => status('/readyz')).toBe(200)
  })

  it('/metrics returns the sum of two workers from either worker', LONG, async () => {
    const redis = await startRedis()
    const { base } = await launchServer('--workers', '2', '--store', redis.url, '--metrics')
    await fetch(`${base}/rooms/lobby/members`, { method: 'POST', headers: { connection: 'close' } })
    for (let i = 0; i < 20; i++) {
      await fetch(`${base}/rooms/lobby/short-poll`, { headers: { connection: 'close' } })
    }
    const read = async () => (await fetch(`${base}/metrics`, { headers: { connection: 'close' } })).text()
    expect(sample(await read(), 'playground_rooms')).toBe(1)
    expect(sample(await read(), 'playground_store_round_trip_seconds_count')).toBeGreaterThanOrEqual(1)
  })
})
