#!/usr/bin/env node
import cluster from 'node:cluster'
import type { AddressInfo } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import closeWithGrace from 'close-with-grace'
import { readConfig } from './config/command-line.ts'
import { SETTINGS } from './config/settings.ts'
import { freePort } from './http/free-port.ts'
import { certificateOf } from './http/http2/certificate.ts'
import { listenOnAllAddresses } from './http/listen.ts'
import { HEAP_FLAG } from './operations/heap.ts'
import { endWithNpx } from './operations/npx.ts'

/** ms in which a server has to close, and by how much longer the parent of workers waits. */
const GRACE_MS = 4000
const PARENT_GRACE_MS = 2000

const { config, sourceOf } = readConfig(process.argv)
const isTls = config.tls || config.tlsCert !== ''

if (cluster.isPrimary) endWithNpx()
if (config.workers > 1 && cluster.isPrimary) await startWorkers()
else await serve()

async function startWorkers(): Promise<void> {
  const count = `${config.workers} workers`
  if (config.store === 'memory') {
    exitWith(`cannot start ${count} with --store memory: workers would not share rooms; use --store redis://…`)
  }
  if (isTls && config.tlsCert === '')
    exitWith(`cannot start ${count} with --tls alone: each would have another certificate; use --tls-cert`)
  // Created here if it does not exist: otherwise every worker would create one.
  await certificateOf(config).catch(exitUnstarted)
  const port = config.port || (await freePort(config.host).catch(exitUnstarted))
  const { Workers } = await import('./operations/workers.ts')
  const workers = new Workers(config.workers, port, {
    listening: () => printAddress(port),
    died: (pid, why, nextMs) =>
      process.stderr.write(`worker ${pid} ended (${why}): starting another in ${nextMs} ms\n`),
  })
  closeWithGrace({ delay: GRACE_MS + PARENT_GRACE_MS, logger: false }, () => workers.close())
}

async function serve(): Promise<void> {
  setFlagsFromString(HEAP_FLAG)
  // Loaded after the settings were checked: --help and refusals answer without loading the server.
  const { buildApp } = await import('./app.ts')
  const { app } = await buildApp(config).catch(exitUnstarted)
  try {
    const listenTextResolver = (address: string) =>
      `listening at ${address.replace(/^https?/, isTls ? 'https' : 'http')}`
    await app.listen({ port: config.port, host: config.host, listenTextResolver })
    const taken = await listenOnAllAddresses(config.host, app.server)
    if (taken.length > 0 && cluster.isPrimary) {
      const { address, port } = app.server.address() as AddressInfo
      const others = `another program has port ${port} of ${taken.join(', ')}, which ${config.host} is too`
      process.stderr.write(`${others}: use ${urlOf(address, port)}, or another --port\n`)
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const reasons: Partial<Record<string, string>> = {
      EADDRINUSE: `port ${config.port} is taken: choose another with --port, or 0 for any`,
      EACCES: `this user may not listen at port ${config.port}: choose one from 1024 on with --port`,
      EADDRNOTAVAIL: `${config.host} is no address of this machine: choose another with --host, or 0.0.0.0 for all`,
    }
    const why = reasons[code ?? ''] ?? message
    exitWith(`cannot listen at ${config.host}: ${why}\n${sourceOf('host')}, ${sourceOf('port')}`)
  }
  closeWithGrace({ delay: GRACE_MS, logger: false }, async ({ err }) => {
    if (err) app.log.fatal({ err }, 'closing after an error')
    await app.close()
  })
  // For workers, the parent prints the address.
  if (cluster.isPrimary) printAddress((app.server.address() as AddressInfo).port)
}

function printAddress(port: number): void {
  process.stdout.write(`transport-playground is at ${urlOf(config.host, port)}\n`)
}

function urlOf(host: string, port: number): string {
  return `${isTls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`
}

function exitUnstarted(error: unknown): never {
  const settings = (['host', 'store', 'trustProxy', 'tlsCert', 'tlsKey'] as const).filter(
    (name) => config[name] !== SETTINGS[name].default,
  )
  const sources = settings.map(sourceOf).join(', ')
  exitWith(`cannot start: ${error instanceof Error ? error.message : String(error)}${sources && `\n${sources}`}`)
}

function exitWith(reason: string): never {
  process.stderr.write(`transport-playground ${reason}\n`)
  process.exit(1)
}
