import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { buildApp } from '../../src/server/app.ts'

it('an error that is no refusal is answered with 500, without its text, and is logged with its stack', async () => {
  const { app } = await buildApp({ logLevel: 'silent' })
  const logged: unknown[] = []
  app.log.error = (about: object) => void logged.push(about)
  const error = new Error('a secret of the server')
  app.get('/broken', () => Promise.reject(error))
  await app.listen({ port: 0, host: '127.0.0.1' })
  onTestFinished(() => app.close())
  const response = await fetch(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}/broken`)
  const text = await response.text()
  expect(response.status).toBe(500)
  expect(JSON.parse(text)).toMatchObject({ type: 'failed', status: 500 })
  expect(text).not.toContain('secret')
  expect(logged).toEqual([{ err: error }])
})
