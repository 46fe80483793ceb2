import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { run, type Running } from './process.ts'
import { LONG } from '../support/long.ts'

/** An empty temporary folder, and the files unpacked in it. */
async function emptyFolder() {
  const path = await mkdtemp(join(tmpdir(), 'playground-'))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  const unpacked = async () => (await readdir(path)).filter((name) => name.startsWith('playground-chromium-'))
  return { path, unpacked }
}

/** A process that opens a page, with a separate temporary folder. */
const openPage = (folder: string, env: Record<string, string> = {}): Running =>
  run(process.execPath, ['--import', 'tsx', 'test/support/open-page.ts'], { env: { TMPDIR: folder, ...env } })

async function expectOpened({ ended, output }: Running): Promise<void> {
  expect(await ended, output()).toBe(0)
  expect(output()).toContain('opened')
}

describe('CHROMIUM_PATH', () => {
  it('is started without unpacking the bundled Chromium', LONG, async () => {
    const { path, unpacked } = await emptyFolder()
    const { ended, output } = openPage(path, { CHROMIUM_PATH: '/nowhere/chromium' })
    expect(await ended).toBe(1)
    expect(output()).toContain('/nowhere/chromium')
    expect(await unpacked()).toEqual([])
  })
})

describe.skipIf(process.env['CHROMIUM_PATH'] !== undefined)('the bundled Chromium (skipped with CHROMIUM_PATH)', () => {
  it('opens a page for each of four processes that start at once in an empty temporary folder', LONG, async () => {
    const { path, unpacked } = await emptyFolder()
    await Promise.all(Array.from({ length: 4 }, () => expectOpened(openPage(path))))
    const [folder = '', ...drafts] = await unpacked()
    expect(drafts).toEqual([])
    // With the files for a machine without NSS and without fonts.
    const fonts = join(path, folder, 'fonts')
    expect(await readFile(join(fonts, 'fonts.conf'), 'utf8')).toContain(`<dir>${fonts}</dir>`)
    expect(existsSync(join(path, folder, 'al2023/lib/libnss3.so'))).toBe(true)
  })

  it('opens a page after a process was killed while it unpacked, and leaves no draft', LONG, async () => {
    const { path, unpacked } = await emptyFolder()
    const killed = openPage(path)
    const binaries = async () => (await unpacked()).filter((name) => existsSync(join(path, name, 'chromium')))
    await expect.poll(binaries, { interval: 10 }).toHaveLength(1)
    killed.child.kill('SIGKILL')
    await killed.ended
    const [draft] = await unpacked()
    await expectOpened(openPage(path))
    const left = await unpacked()
    expect(left).toHaveLength(1)
    expect(left).not.toContain(draft)
  })
})
