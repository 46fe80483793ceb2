#!/usr/bin/env node
import type { AddressInfo } from 'node:net'
import { Server as TlsServer } from 'node:tls'
import closeWithGrace from 'close-with-grace'
import { buildApp } from './app.ts'
import { readConfig } from './command.ts'
import { listenToEvery } from './http2/listen.ts'

const config = readConfig(process.argv)
const { app } = await buildApp(config).catch((error: unknown) => {
  const why = error instanceof Error ? error.message : String(error)
  process.stderr.write(`transport-playground cannot start: ${why}\n`)
  process.exit(1)
})
const scheme = app.server instanceof TlsServer ? 'https' : 'http'

try {
  const listenTextResolver = (address: string) => `listening at ${address.replace(/^https?/, scheme)}`
  await app.listen({ port: config.port, host: config.host, listenTextResolver })
  if (app.server instanceof TlsServer) await listenToEvery(config.host, app.server)
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException
  const why = code === 'EADDRINUSE' ? `port ${config.port} is taken: choose another with --port, or 0 for any` : message
  process.stderr.write(`transport-playground cannot listen: ${why}\n`)
  process.exit(1)
}

closeWithGrace({ delay: 4000, logger: false }, async ({ err }) => {
  if (err) app.log.fatal({ err }, 'closing after an error')
  await app.close()
})

const { port } = app.server.address() as AddressInfo
const host = config.host.includes(':') ? `[${config.host}]` : config.host
process.stdout.write(`transport-playground is at ${scheme}://${host}:${port}\n`)
