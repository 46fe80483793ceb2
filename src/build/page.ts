/**
 * Bundles the page into public/js, and compresses its files beside themselves: the server sends `style.css.br` for `style.css`.
 * With `--plain` no compressed files remain, so that a changed style sheet is served as it is (`npm run dev`).
 */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { build, transform, type Plugin } from 'esbuild'

const PUBLIC = 'public'
const SCRIPTS = join(PUBLIC, 'js')

const MAIN = 'src/page/main.tsx'
/** Parts of the page that are loaded when the first screen has run. A dictionary is loaded while it starts. */
const LATER_PART = /src\/page\/(views|compare)\//

/**
 * Keeps what the first screen needs in one file, which compresses better than many: each part that is loaded later imports the first
 * screen, so no module of the first screen is shared by some of these parts only.
 */
const firstScreenInOneFile: Plugin = {
  name: 'first-screen-in-one-file',
  setup(bundler) {
    const later = new Set<string>()
    bundler.onResolve({ filter: /^\./ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
      if (kind !== 'dynamic-import' || pluginData === later) return undefined
      const resolved = await bundler.resolve(path, { kind, importer, resolveDir, pluginData: later })
      if (LATER_PART.test(resolved.path)) later.add(resolved.path)
      return resolved
    })
    bundler.onLoad({ filter: LATER_PART }, async ({ path }) => {
      if (!later.has(path)) return undefined
      // A relative path: source maps show it.
      const main = relative(dirname(path), resolve(MAIN))
      const contents = `${await readFile(path, 'utf8')}\nimport ${JSON.stringify(main)}`
      return { contents, loader: path.endsWith('x') ? 'tsx' : 'ts' }
    })
  },
}

const COMPRESSED = /\.(br|gz)$/
const COMPRESSIBLE = /\.(js|css|html|svg|json)$/

async function filesOf(folder: string, wanted: RegExp): Promise<string[]> {
  const paths = await readdir(folder, { recursive: true })
  return paths.filter((path) => wanted.test(path)).map((path) => join(folder, path))
}

/** Style sheets are written with comments and spaces, which a browser does not need. */
async function contentOf(path: string): Promise<Buffer> {
  const content = await readFile(path)
  if (!path.endsWith('.css')) return content
  return Buffer.from((await transform(content, { loader: 'css', minify: true, target: 'es2022' })).code)
}

async function compress(path: string): Promise<void> {
  const content = await contentOf(path)
  const quality = { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }
  await Promise.all([
    writeFile(`${path}.br`, await promisify(brotliCompress)(content, quality)),
    writeFile(`${path}.gz`, await promisify(gzip)(content, { level: constants.Z_BEST_COMPRESSION })),
  ])
}

await rm(SCRIPTS, { recursive: true, force: true })
await Promise.all((await filesOf(PUBLIC, COMPRESSED)).map((path) => rm(path)))
await build({
  entryPoints: [MAIN],
  plugins: [firstScreenInOneFile],
  outdir: SCRIPTS,
  bundle: true,
  splitting: true,
  minify: true,
  sourcemap: true,
  format: 'esm',
  target: 'es2022',
  // A module script is UTF-8. Escaped, each Chinese character would take six bytes.
  charset: 'utf8',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  logLevel: 'warning',
})
if (!process.argv.includes('--plain')) await Promise.all((await filesOf(PUBLIC, COMPRESSIBLE)).map(compress))
