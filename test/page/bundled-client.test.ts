import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { build } from 'esbuild'
import { describe, expect, it, onTestFinished } from 'vitest'
import type * as client from '../../src/node/index.ts'
import { TRANSPORTS } from '../../src/protocol.ts'
import { startPlayground } from '../support/playground.ts'
import { sharedBrowser } from '../support/shared-browser.ts'

/** The client for programs as a bundler makes it for a page: `ws` is the stub that its package has for browsers. */
async function bundleClient(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: ['src/node/index.ts'],
    bundle: true,
    platform: 'browser',
    format: 'iife',
    globalName: 'client',
    write: false,
    logLevel: 'warning',
  })
  return outputFiles[0]?.text ?? ''
}

/** A page of another origin with the bundle. Returns its origin. */
async function servePage(): Promise<string> {
  const html = `<!doctype html><title>page</title><script>${(await bundleClient()).replaceAll('</script', '<\\/script')}</script>`
  const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end(html))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const browser = await sharedBrowser()

describe('the client for programs, bundled for a page of another origin', () => {
  it('sends and receives by every transport where --origins allows the page', async () => {
    const origin = await servePage()
    const { base } = await startPlayground({ origins: origin })
    const page = await browser.newPage()
    onTestFinished(() => page.close())
    await page.goto(origin)
    const texts = await page.evaluate(
      async ([url, transports]) => {
        const { join } = Reflect.get(globalThis, 'client') as typeof client
        const room = await join(url, { name: 'ada', tuning: { intervalMs: 20 } })
        const received: string[] = []
        for (const transport of transports) {
          room.use(transport)
          await room.send(transport)
        }
        for await (const item of room) {
          if (item.type === 'message') received.push(item.text)
          if (received.length === transports.length) break
        }
        await room.close()
        return received
      },
      [base, TRANSPORTS] as const,
    )
    expect(texts).toEqual([...TRANSPORTS])
  })
})
