/** Builds the client for programs into dist/client: one file of JavaScript, and its types. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'
import ts from 'typescript'
import { plainDeclaration } from './plain-declaration.ts'

const OUT = 'dist/client'
const PACKAGES = ['engine.io-client', 'eventsource-parser', 'socket.io-client', 'ws']

await rm(OUT, { recursive: true, force: true })
await build({
  entryPoints: ['src/node/index.ts'],
  outdir: OUT,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  external: PACKAGES,
  sourcemap: true,
  logLevel: 'warning',
})
writeTypes('src/node/tsconfig.package.json', join(OUT, 'types'))

/** @throws Error with the compiler's messages when the client does not compile */
function writeTypes(configPath: string, folder: string): void {
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: (diagnostic: ts.Diagnostic) => fail([diagnostic]) }
  const config = ts.getParsedCommandLineOfConfigFile(configPath, { outDir: folder }, host)
  if (!config) throw new Error(`${configPath} cannot be read`)
  const program = ts.createProgram(config.fileNames, config.options)
  const { diagnostics } = program.emit()
  fail([...config.errors, ...ts.getPreEmitDiagnostics(program), ...diagnostics])
  // The schemas' own types would make every program install the package that describes schemas.
  const declaration = plainDeclaration(program, 'src/protocol.ts')
  ts.sys.writeFile(join(folder, 'protocol.d.ts'), declaration)
}

function fail(diagnostics: readonly ts.Diagnostic[]): void {
  if (diagnostics.length === 0) return
  const format = {
    getCanonicalFileName: (name: string) => name,
    getCurrentDirectory: () => '.',
    getNewLine: () => '\n',
  }
  throw new Error(ts.formatDiagnostics(diagnostics, format))
}
