import { request } from 'node:http'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { startPlayground } from '../support/playground.ts'

interface Answer {
  status: number
  encoding: string | undefined
  type: string | undefined
  vary: string | undefined
  body: Buffer
}

/** As sent: `fetch` would decompress. */
const get = (url: string, headers: Record<string, string>): Promise<Answer> =>
  new Promise((resolve, reject) => {
    request(url, { headers }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('end', () => {
        const { statusCode: status = 0, headers: answered } = response
        resolve({
          status,
          encoding: answered['content-encoding'],
          type: answered['content-type'],
          vary: answered.vary,
          body: Buffer.concat(parts),
        })
      })
    })
      .on('error', reject)
      .end()
  })

const BROWSER_ACCEPT = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8'

describe('a file of the page', () => {
  it.each(['/js/main.js', '/'])(
    '%s is sent compressed to a browser that accepts it, and plain to others',
    async (path) => {
      const { base } = await startPlayground({ links: 'off' })
      const plain = await get(base + path, { 'accept-encoding': 'identity' })
      expect(plain).toMatchObject({ status: 200, encoding: undefined, vary: 'accept-encoding' })
      const brotli = await get(base + path, { 'accept-encoding': 'gzip, deflate, br, zstd' })
      expect(brotli).toMatchObject({ status: 200, encoding: 'br' })
      expect(brotli.type).toBe(plain.type)
      expect(brotliDecompressSync(brotli.body).equals(plain.body)).toBe(true)
      const gzipped = await get(base + path, { 'accept-encoding': 'gzip' })
      expect(gzipped.encoding).toBe('gzip')
      expect(gunzipSync(gzipped.body).equals(plain.body)).toBe(true)
    },
  )
})

describe('an address without a route', () => {
  it('is a page with a link to the chat for a browser, and a problem in JSON for a program', async () => {
    const { base } = await startPlayground({ links: 'off' })
    const page = await get(`${base}/nope`, { accept: BROWSER_ACCEPT })
    expect(page).toMatchObject({ status: 404, type: 'text/html; charset=utf-8', vary: 'accept' })
    expect(page.body.toString()).toContain('<a href="./">')
    for (const path of ['/nope/', '/a/b?c=/d/e', '/a//b']) {
      const { body } = await get(base + path, { accept: BROWSER_ACCEPT })
      const [, link = ''] = /<a href="([^"]+)">/.exec(body.toString()) ?? []
      // A proxy serves the same below a path.
      expect(new URL(link, `http://chat.example/apps/chat${path}`).href).toBe('http://chat.example/apps/chat/')
    }
    for (const accept of ['*/*', 'application/json', 'application/json, text/html;q=0.5']) {
      const problem = await get(`${base}/nope`, { accept })
      expect(problem).toMatchObject({ status: 404, type: 'application/problem+json; charset=utf-8', vary: 'accept' })
      expect(JSON.parse(problem.body.toString())).toMatchObject({ type: 'not-found', status: 404 })
    }
  })
})
