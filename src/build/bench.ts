/** Bundles the benchmark commands and the processes that they start into dist/bench: they then start in less time. */
import { rm } from 'node:fs/promises'
import { build } from 'esbuild'
import { copyLua } from './lua.ts'
import { NODE_PROGRAM } from './node-program.ts'

const OUT = 'dist/bench'
const COMMANDS = ['main', 'http-main', 'workers-main', 'peers-main'].map((name) => `bench/commands/${name}.ts`)
const WORKERS = ['server', 'subscribers', 'publisher', 'link', 'http', 'http-clients'].map(
  (name) => `bench/workers/${name}.ts`,
)
const PEER_WORKERS = ['peer-server', 'peer-generator'].map((name) => `bench/peers/workers/${name}.ts`)

await rm(OUT, { recursive: true, force: true })
await build({
  ...NODE_PROGRAM,
  entryPoints: [...COMMANDS, ...WORKERS, ...PEER_WORKERS],
  entryNames: '[name]',
  outdir: OUT,
  splitting: true,
})
// The benchmark's own server is a bundle of the server too.
await copyLua(OUT)
