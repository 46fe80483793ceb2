import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished } from 'vitest'
import { lastingPort } from './port.ts'
import { run } from './process.ts'

const isRequired = process.env['CI'] === 'true'

type Proxy = 'nginx' | 'haproxy'

/** Skipped where the proxy is missing, with a warning that says what to install. With CI=true that is a failure. */
export function describeWithProxy(proxy: Proxy): ReturnType<typeof describe.skipIf> {
  const isInstalled = spawnSync(proxy, ['-v']).status === 0
  if (!isInstalled && isRequired) throw new Error(`${proxy} is missing: apt-get install ${proxy}`)
  if (!isInstalled) console.warn(`tests with ${proxy} are skipped: apt-get install ${proxy}`)
  return describe.skipIf(!isInstalled)
}

/** The lines of README for a server at the root, and those of docs/operations.md for one below `/chat`. */
export function documentedLines(proxy: Proxy): { atRoot: string; belowPath: string } {
  return { atRoot: linesIn('README.md', proxy), belowPath: linesIn('docs/operations.md', proxy) }
}

/** @throws Error if the document has not exactly one block for this proxy */
function linesIn(document: string, proxy: Proxy): string {
  const text = readFileSync(document, 'utf8')
  const [found, ...others] = [...text.matchAll(new RegExp(`^\`\`\`${proxy}\\n(.*?)^\`\`\``, 'gms'))]
  if (found?.[1] === undefined || others.length > 0) throw new Error(`${document} needs one block for ${proxy}`)
  return found[1]
}

/** Replaces the server's address in lines of the document. @throws Error if the lines do not name it */
export function withServerPort(lines: string, port: number): string {
  if (!lines.includes('127.0.0.1:3000')) throw new Error(`the lines name no server: ${lines}`)
  return lines.replaceAll('127.0.0.1:3000', `127.0.0.1:${port}`)
}

/** Starts nginx with these lines in its `server` block. Returns its address. */
export async function startNginx(lines: string): Promise<string> {
  const folder = await emptyFolder()
  const port = await lastingPort()
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder};`)
  const config = `
    ${process.getuid?.() === 0 ? 'user root;' : ''}
    daemon off;
    worker_processes 1;
    pid ${folder}/pid;
    error_log stderr;
    events {}
    http {
      access_log off;
      ${temporary.join('\n')}
      server {
        listen 127.0.0.1:${port};
        ${lines}
      }
    }`
  const file = join(folder, 'nginx.conf')
  await writeFile(file, config)
  // SIGKILL would leave the worker process: SIGTERM ends both.
  return start('nginx', ['-e', 'stderr', '-c', file], port)
}

/** Starts HAProxy with these lines, which listen on the address `127.0.0.1:8080`. Returns the address that replaces it. */
export async function startHaproxy(lines: string): Promise<string> {
  const folder = await emptyFolder()
  const port = await lastingPort()
  const file = join(folder, 'haproxy.cfg')
  if (!lines.includes('127.0.0.1:8080')) throw new Error(`the lines listen nowhere: ${lines}`)
  await writeFile(file, lines.replaceAll('127.0.0.1:8080', `127.0.0.1:${port}`))
  return start('haproxy', ['-db', '-f', file], port)
}

async function start(command: Proxy, args: string[], port: number): Promise<string> {
  const { child, output, ended } = run(command, args)
  onTestFinished(async () => {
    child.kill('SIGTERM')
    await ended
  })
  let endedBy: number | null | undefined
  void ended.then((code) => (endedBy = code))
  await expect.poll(async () => endedBy !== undefined || (await accepts(port)), { message: output() }).toBe(true)
  expect(endedBy, output()).toBeUndefined()
  return `http://127.0.0.1:${port}`
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'playground-proxy-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }))
  return folder
}
