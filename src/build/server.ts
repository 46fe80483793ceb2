/**
 * Bundles the server into dist/server, with the packages that it always needs: one file loads faster than some thousand and
 * takes 25 MiB less memory. Their licenses go beside it. Large packages that are loaded on demand
 * stay outside.
 */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'
import { copyLua } from './lua.ts'
import { copySwaggerUi, swaggerUiLicense, swaggerUiPaths } from './swagger-ui.ts'

const OUT = 'dist/server'

const LOADED_ON_DEMAND = ['ioredis', 'prom-client', 'selfsigned']

/** What CommonJS modules expect to be there. */
const COMMON_JS = `
import { createRequire as __createRequire } from 'node:module'
import { fileURLToPath as __fileURLToPath } from 'node:url'
const require = __createRequire(import.meta.url)
const __filename = __fileURLToPath(import.meta.url)
const __dirname = __fileURLToPath(new URL('.', import.meta.url))
`

await rm(OUT, { recursive: true, force: true })
const { metafile } = await build({
  entryPoints: ['src/server/main.ts'],
  outdir: OUT,
  bundle: true,
  splitting: true,
  // Names stay: they appear in stacks.
  minifyWhitespace: true,
  minifySyntax: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: true,
  sourcesContent: false,
  external: LOADED_ON_DEMAND,
  plugins: [swaggerUiPaths],
  banner: { js: COMMON_JS },
  logLevel: 'warning',
  metafile: true,
})
await copyLua(OUT)
await copySwaggerUi(OUT)
await writeFile(join(OUT, 'LICENSES.txt'), await licensesOf(Object.keys(metafile.inputs)))

/** The licenses of the packages that these files belong to. */
async function licensesOf(files: readonly string[]): Promise<string> {
  const packages = new Set(files.flatMap((file) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []))
  const texts = [...packages].sort().map(async (folder) => {
    const names = (await readdir(folder)).filter((name) => /^(licen[cs]e|copying|notice)/i.test(name))
    const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
      name: string
      version: string
      license?: string
    }
    const licenses = await Promise.all(names.map((file) => readFile(join(folder, file), 'utf8')))
    return [`${name} ${version} (${license ?? 'see below'})`, ...licenses].join('\n\n')
  })
  return `${[...(await Promise.all(texts)), await swaggerUiLicense()].join(`\n\n${'-'.repeat(80)}\n\n`)}\n`
}
