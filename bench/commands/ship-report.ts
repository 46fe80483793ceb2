/** `npx tsx bench/commands/ship-report.ts reports/<id>`: makes a report the one that comes with the package. */
import { mkdir, writeFile } from 'node:fs/promises'
import { coefficientsOf } from '../analysis/coefficients.ts'
import { compactReport } from '../report/compact.ts'
import { readReport } from '../report/read.ts'

const FOLDER = 'public/shipped-report'

const [path] = process.argv.slice(2)
if (path === undefined) throw new Error('which report? Give its folder')
const report = await readReport(path)
const coefficients = coefficientsOf(report)
if (!coefficients) throw new Error(`${path} has no cells from which costs follow: run the capacity scenario`)
await mkdir(FOLDER, { recursive: true })
await writeFile(`${FOLDER}/report.json`, `${JSON.stringify(compactReport(report))}\n`)
await writeFile(`${FOLDER}/coefficients.json`, `${JSON.stringify(coefficients, null, 1)}\n`)
