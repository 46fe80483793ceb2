/** Makes a package of the built client in dist/client-package: it installs no server. `npm run pack:client` packs it. */
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

interface Manifest {
  version: string
  license: string
  engines: Record<string, string>
  dependencies: Record<string, string>
}

const BUILT = 'dist/client'
const OUT = 'dist/client-package'
const NAME = 'transport-playground-client'

const repository = JSON.parse(await readFile('package.json', 'utf8')) as Manifest
const program = await readFile(join(BUILT, 'index.js'), 'utf8')

await rm(OUT, { recursive: true, force: true })
await mkdir(OUT, { recursive: true })
await cp(BUILT, OUT, { recursive: true })
await cp('LICENSE', join(OUT, 'LICENSE'))
await writeFile(join(OUT, 'README.md'), readme())
await writeFile(join(OUT, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`)

function manifest() {
  return {
    name: NAME,
    version: repository.version,
    description:
      'The client of transport-playground: join a chat room by any of eight transports, and change it at any time.',
    license: repository.license,
    type: 'module',
    // For what does not read `exports`, such as TypeScript with moduleResolution node10.
    main: './index.js',
    types: './types/node/index.d.ts',
    engines: repository.engines,
    exports: {
      '.': { types: './types/node/index.d.ts', default: './index.js' },
      './package.json': './package.json',
    },
    files: ['index.js', 'index.js.map', 'types'],
    dependencies: Object.fromEntries(
      Object.entries(repository.dependencies).filter(([name]) => program.includes(`"${name}"`)),
    ),
  }
}

function readme(): string {
  return `# ${NAME}

The client of transport-playground for programs. It needs Node 20.19 or newer and a running server.

\`\`\`js
import { join } from '${NAME}'

const room = await join('http://localhost:3000', { room: 'lobby', name: 'ada', transport: 'long-poll' })
await room.send('hello')
for await (const event of room) {
  if (event.type === 'message') console.log(\`\${event.from.name}: \${event.text}\`)
  if (event.text === 'faster!') room.use('websocket')
  if (event.text === 'bye') await room.close()
}
\`\`\`

The package is an ES module. CommonJS loads it by \`import()\`, or by \`require\` from Node 20.19 on; TypeScript compiles such a
\`require\` from 5.8 on with \`--module nodenext\`.

Options, errors and units are described in the types. The package \`transport-playground\` contains the same client as
\`transport-playground/client\`, and the server.
`
}
