import { spawn } from 'node:child_process'
import { expect, it } from 'vitest'
import { endGroupWithTest } from '../support/process.ts'

/** Starts the server as a child of a shell. npx does the same, and sets `npm_command`. */
function startByShell(env: Record<string, string>) {
  const shell = spawn('sh', ['-c', 'node dist/server/main.js --port 0 & echo pid=$!; wait'], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
    // A process group, so that a server that survives the shell is ended too.
    detached: true,
  })
  endGroupWithTest(shell)
  let output = ''
  shell.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  return { shell, base: () => /is at (http:\/\/\S+)/.exec(output)?.[1] }
}

it.each([
  [{ npm_command: 'exec' }, true],
  [{ npm_command: '' }, false],
])('a server started with %j ends with its parent: %s', async (env, ends) => {
  const { shell, base } = startByShell(env)
  await expect.poll(base).toBeDefined()
  shell.kill('SIGKILL')
  const isServed = () =>
    fetch(`${base()}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    )
  if (ends) await expect.poll(isServed).toBe(false)
  else {
    // Three looks at the parent.
    await new Promise((resolve) => setTimeout(resolve, 1500))
    expect(await isServed()).toBe(true)
  }
})
