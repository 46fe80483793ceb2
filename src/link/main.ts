/** The command: `npm run link -- --rtt 100 --to 3000`. */
import type { DirectionCounts } from './counts.ts'
import { readFlags } from './flags.ts'
import { type Link, openLink, PROFILES } from './link.ts'

const options = readFlags(process.argv.slice(2))
const target = options.to.map(({ host, port }) => `${host}:${port}`).join(', ')

try {
  const link = await openLink({
    ...options,
    onError: (error, { connection }) => {
      console.error(
        connection === null ? reason(error) : `connection ${connection}: ${target} unreachable: ${reason(error)}`,
      )
    },
  })
  console.log(`${link.url} -> ${target}, ${differences(link)}, seed ${options.seed}`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void end(link))
} catch (error) {
  console.error(`error: cannot listen on port ${options.port}: ${reason(error)}`)
  process.exitCode = 1
}

async function end(link: Link): Promise<void> {
  await link.close()
  const { up, down, opened, refused } = link.counts
  console.log(`connections: ${opened} opened, ${refused} refused`)
  console.log(`up: ${bytes(up)}\ndown: ${bytes(down)}`)
}

function bytes({ receivedBytes, forwardedBytes }: DirectionCounts): string {
  return `${receivedBytes} bytes received, ${forwardedBytes} forwarded`
}

/** The fields in which the profile differs from `local`. Their names carry the units. */
function differences({ profile }: Link): string {
  const usual = new Map<string, unknown>(Object.entries(PROFILES.local))
  const unusual = Object.entries(profile).filter(([field, value]) => usual.get(field) !== value)
  return unusual.map(([field, value]) => `${field} ${value}`).join(', ') || 'passes everything on at once'
}

/** An AggregateError, as for the addresses of localhost, has no message. */
function reason(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reason).join(', ')
  return error instanceof Error ? error.message : String(error)
}
