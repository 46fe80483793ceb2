import { cp, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Plugin } from 'esbuild'

const PACKAGE = 'node_modules/@fastify/swagger-ui'
/** The name of the folder of its files, beside the bundle. */
const FOLDER = 'swagger-ui'

const SERVED = [
  'favicon-16x16.png',
  'favicon-32x32.png',
  'index.css',
  'logo.svg',
  'swagger-ui.css',
  'swagger-ui-bundle.js',
  'swagger-ui-standalone-preset.js',
]

/** Where the package finds its files, and where they are for a bundle. */
const PATHS = [
  { file: 'lib/routes.js', own: `path.join(__dirname, '..', 'static')`, bundled: `path.join(__dirname, '${FOLDER}')` },
  { file: 'index.js', own: `'./static/logo.svg'`, bundled: `'./${FOLDER}/logo.svg'` },
]

/**
 * Lets a bundle that contains @fastify/swagger-ui find the files of Swagger UI beside it. As a dependency, the package would
 * bring packages that need a newer Node than this one, and only this repository can override their versions.
 */
export const swaggerUiPaths: Plugin = {
  name: 'swagger-ui-paths',
  setup(build) {
    build.onLoad({ filter: /@fastify[\\/]swagger-ui[\\/](lib[\\/]routes|index)\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8')
      const change = PATHS.find(({ file }) => path.replaceAll('\\', '/').endsWith(`swagger-ui/${file}`))
      if (!change || !text.includes(change.own)) throw new Error(`${path} does not name its files as expected`)
      return { contents: text.replace(change.own, change.bundled), loader: 'js' }
    })
  },
}

/** Copies the files of Swagger UI beside a bundle. */
export async function copySwaggerUi(bundleFolder: string): Promise<void> {
  const target = join(bundleFolder, FOLDER)
  await mkdir(target, { recursive: true })
  for (const name of SERVED) await cp(join(PACKAGE, 'static', name), join(target, name))
}

/** Swagger UI itself is under another license than the package that serves it. */
export async function swaggerUiLicense(): Promise<string> {
  const apache = await readFile('node_modules/typescript/LICENSE.txt', 'utf8')
  return `Swagger UI, Copyright SmartBear Software Inc. (Apache-2.0)\n\n${apache}`
}
