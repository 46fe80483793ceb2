/** Bundles the terminal client and the link emulator into dist/programs: they then start in a third of the time. */
import { rm } from 'node:fs/promises'
import { build } from 'esbuild'
import { NODE_PROGRAM } from './node-program.ts'

const OUT = 'dist/programs'

await rm(OUT, { recursive: true, force: true })
await build({
  ...NODE_PROGRAM,
  entryPoints: { chat: 'src/terminal/chat.ts', link: 'src/link/main.ts' },
  outdir: OUT,
})
