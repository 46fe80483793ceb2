#!/usr/bin/env node
import cluster from 'node:cluster'
import type { AddressInfo } from 'node:net'
import { Server as TlsServer } from 'node:tls'
import closeWithGrace from 'close-with-grace'
import { readConfig } from './config/command-line.ts'
import { freePort } from './http/free-port.ts'
import { certificateOf } from './http/http2/certificate.ts'
import { listenToEvery } from './http/http2/listen.ts'

/** ms for everything to close in; and how much longer the workers' parent waits for them. */
const GRACE_MS = 4000
const PARENT_GRACE_MS = 2000

const config = readConfig(process.argv)
const isTls = config.tls || config.tlsCert !== ''

if (config.workers > 1 && cluster.isPrimary) await startWorkers()
else await serve()

async function startWorkers(): Promise<void> {
  const count = `${config.workers} workers`
  if (config.store === 'memory') {
    giveUp(`cannot start ${count} over --store memory: each would be a room of its own; use --store redis://…`)
  }
  if (isTls && config.tlsCert === '') giveUp(`cannot start ${count} with a certificate each: use --tls-cert`)
  // Where the certificate does not exist yet, one of all makes it.
  await certificateOf(config).catch(cannotStart)
  const port = config.port || (await freePort(config.host).catch(cannotStart))
  const { Workers } = await import('./operations/workers.ts')
  const workers = new Workers(config.workers, port, {
    listening: () => tellWhere(port),
    died: (pid, why, nextMs) =>
      process.stderr.write(`worker ${pid} ended (${why}): another one comes in ${nextMs} ms\n`),
  })
  closeWithGrace({ delay: GRACE_MS + PARENT_GRACE_MS, logger: false }, () => workers.close())
}

async function serve(): Promise<void> {
  // Loaded when the settings are found to be right: who asks for help does not wait for all that a server is made of.
  const { buildApp } = await import('./app.ts')
  const { app } = await buildApp(config).catch(cannotStart)
  try {
    const listenTextResolver = (address: string) =>
      `listening at ${address.replace(/^https?/, isTls ? 'https' : 'http')}`
    await app.listen({ port: config.port, host: config.host, listenTextResolver })
    if (app.server instanceof TlsServer) await listenToEvery(config.host, app.server)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const isTaken = code === 'EADDRINUSE'
    const why = isTaken ? `port ${config.port} is taken: choose another with --port, or 0 for any` : message
    giveUp(`cannot listen: ${why}`)
  }
  closeWithGrace({ delay: GRACE_MS, logger: false }, async ({ err }) => {
    if (err) app.log.fatal({ err }, 'closing after an error')
    await app.close()
  })
  // A worker's parent says it for all of them.
  if (cluster.isPrimary) tellWhere((app.server.address() as AddressInfo).port)
}

function tellWhere(port: number): void {
  const host = config.host.includes(':') ? `[${config.host}]` : config.host
  process.stdout.write(`transport-playground is at ${isTls ? 'https' : 'http'}://${host}:${port}\n`)
}

function cannotStart(error: unknown): never {
  giveUp(`cannot start: ${error instanceof Error ? error.message : String(error)}`)
}

function giveUp(why: string): never {
  process.stderr.write(`transport-playground ${why}\n`)
  process.exit(1)
}
