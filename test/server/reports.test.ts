import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { ListedReport } from '../../src/protocol.ts'
import { startPlayground } from '../support/playground.ts'
import { openRequest } from '../support/raw-request.ts'

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'reports-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

async function addReport(folder: string, id: string, files: Record<string, string>): Promise<void> {
  await mkdir(join(folder, id), { recursive: true })
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, id, name), content)
}

/** The content of files that are not served. */
const OUTSIDE = 'content of a file outside'

const listOf = async (base: string): Promise<ListedReport[]> =>
  ((await (await fetch(`${base}/reports`)).json()) as { reports: ListedReport[] }).reports

describe('/reports', () => {
  it('lists the reports of the folder, the newest first, and serves their files', async () => {
    const reports = await makeFolder()
    await addReport(reports, '2026-11-20T10-00-00Z', { 'report.json': '{"a":1}' })
    await addReport(reports, '2026-11-21T10-00-00Z', {
      'report.json': '{"b":22}',
      'coefficients.json': '{"c":3}',
      'report.html': '<title>report</title>',
    })
    await addReport(reports, '2026-11-22T10-00-00Z-peers', { 'peers.json': '{}' })
    const { base } = await startPlayground({ reports })
    expect(await listOf(base)).toEqual([
      { id: '2026-11-21T10-00-00Z', bytes: 8, hasCoefficients: true, hasPage: true },
      { id: '2026-11-20T10-00-00Z', bytes: 7, hasCoefficients: false, hasPage: false },
    ])
    const report = await fetch(`${base}/reports/2026-11-21T10-00-00Z`)
    expect(report.headers.get('content-type')).toContain('application/json')
    expect(await report.json()).toEqual({ b: 22 })
    expect(await (await fetch(`${base}/reports/2026-11-21T10-00-00Z/coefficients`)).json()).toEqual({ c: 3 })
    const page = await fetch(`${base}/reports/2026-11-21T10-00-00Z/page`)
    expect(await page.text()).toBe('<title>report</title>')
    expect(page.headers.get('content-security-policy')).toMatch(/^sandbox allow-scripts; default-src 'none';/)
    expect((await fetch(`${base}/reports/2026-11-20T10-00-00Z/coefficients`)).status).toBe(404)
  })

  it('has no reports where the folder does not exist, and where the setting is empty', async () => {
    const folder = await makeFolder()
    for (const reports of [join(folder, 'nowhere'), '']) {
      const { base } = await startPlayground({ reports })
      expect(await listOf(base)).toEqual([])
      expect((await fetch(`${base}/reports/a`)).status).toBe(404)
    }
  })

  it.each([
    '/reports/..',
    '/reports/%2e%2e',
    '/reports/..%2f..%2fetc',
    '/reports/a%2f..%2f..',
    '/reports/.report-draft',
    '/reports/%00',
    `/reports/${'a'.repeat(65)}`,
    '/reports/../secret',
    '/reports/a/../../secret',
  ])('%s reaches no file outside of the folder', async (path) => {
    const parent = await makeFolder()
    await writeFile(join(parent, 'report.json'), OUTSIDE)
    await addReport(parent, 'secret', { 'report.json': OUTSIDE })
    const reports = join(parent, 'reports')
    await addReport(reports, 'a', { 'report.json': '{}' })
    await addReport(reports, '.report-draft', { 'report.json': OUTSIDE })
    // fetch would shorten a path with dots.
    const { response } = await openRequest(await startPlayground({ reports }), path)
    const answer = await response
    expect([400, 404]).toContain(answer.statusCode)
    expect(await text(answer)).not.toContain(OUTSIDE)
  })

  it('names the field and its form for an id that is no name of a folder', async () => {
    const { base } = await startPlayground({ reports: await makeFolder() })
    const answer = await fetch(`${base}/reports/a.b`)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ type: 'invalid', field: 'id' })
  })

  it('follows no links, and serves no file of more than 16 MiB', async () => {
    const folder = await makeFolder()
    await addReport(folder, 'secret', { 'report.json': '{}' })
    const reports = join(folder, 'reports')
    await addReport(reports, 'large', { 'report.json': '' })
    await truncate(join(reports, 'large', 'report.json'), 16 * 1024 * 1024 + 1)
    await symlink(join(folder, 'secret'), join(reports, 'link'))
    await mkdir(join(reports, 'linked'))
    await symlink(join(folder, 'secret', 'report.json'), join(reports, 'linked', 'report.json'))
    const { base } = await startPlayground({ reports })
    expect(await listOf(base)).toEqual([])
    for (const id of ['large', 'link', 'linked']) expect((await fetch(`${base}/reports/${id}`)).status).toBe(404)
  })

  it('lists the newest 100 of more reports', async () => {
    const reports = await makeFolder()
    const ids = Array.from({ length: 103 }, (_, i) => `r${String(i).padStart(3, '0')}`)
    for (const id of ids) await addReport(reports, id, { 'report.json': '{}' })
    const { base } = await startPlayground({ reports })
    expect((await listOf(base)).map(({ id }) => id)).toEqual(ids.slice(3).reverse())
  })
})
