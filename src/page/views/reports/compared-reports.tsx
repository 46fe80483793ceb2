import { whole } from '../../browser/format.ts'
import { significant } from '../../capacity/figures.ts'
import { compareReports, type ComparedRow, type Setting } from '../../../models/report-comparison.ts'
import type { ReportWords } from '../../reports/report-words.ts'
import { isTransport } from '../../../transports.ts'
import { HeadRow } from '../shared/head-row.tsx'
import { reportTitle } from './report-title.ts'
import { spellFigure } from './report-view.tsx'
import { ReportWait } from './report-wait.tsx'
import { useReport } from './use-report.ts'

/** Two reports, cell by cell, by the rules of `npm run bench:compare`. */
export function ComparedReports({ a, b, words }: { a: string | undefined; b: string | undefined; words: ReportWords }) {
  if (a === undefined || b === undefined) return <p class="capacity-wait">{words.comparison.choose}</p>
  return <Compared a={a} b={b} words={words} />
}

function Compared({ a, b, words }: { a: string; b: string; words: ReportWords }) {
  const [stateA, stateB] = [useReport(a).value, useReport(b).value]
  if (stateA.is !== 'loaded') return <ReportWait id={a} state={stateA} words={words} />
  if (stateB.is !== 'loaded') return <ReportWait id={b} state={stateB} words={words} />
  const { comparison } = words
  const { rows, machine, parameters, onlyInA, onlyInB, compared, differences } = compareReports(
    stateA.report,
    stateB.report,
  )
  const different = rows.filter(({ verdict }) => verdict === 'a is lower' || verdict === 'b is lower')
  const others = rows.filter(({ verdict }) => verdict === 'no difference' || verdict === 'not comparable')
  return (
    <>
      <section class="panel capacity-text">
        <h2>{comparison.title}</h2>
        <p>
          A: {reportTitle(a, words)}. B: {reportTitle(b, words)}. {a === b && comparison.same}{' '}
          {compared === 0 ? comparison.none : comparison.summary(whole(differences), whole(compared))}
        </p>
        <Rows rows={different} words={words} />
        {others.length > 0 && (
          <details>
            <summary>
              {comparison.showAll} ({whole(others.length)})
            </summary>
            <Rows rows={others} words={words} />
          </details>
        )}
        {onlyInA.length > 0 && <p class="quiet">{comparison.onlyIn('A', onlyInA.join(', '))}</p>}
        {onlyInB.length > 0 && <p class="quiet">{comparison.onlyIn('B', onlyInB.join(', '))}</p>}
      </section>
      <section class="panel capacity-text">
        <h2>{comparison.machine}</h2>
        {machine.length + parameters.length === 0 && <p>{comparison.equalMachine}</p>}
        <Settings settings={machine} words={words} title={comparison.machine} />
      </section>
      {parameters.length > 0 && (
        <section class="panel capacity-text">
          <h2>{comparison.parameters}</h2>
          <Settings settings={parameters} words={words} title={comparison.parameters} />
        </section>
      )}
    </>
  )
}

function Rows({ rows, words }: { rows: readonly ComparedRow[]; words: ReportWords }) {
  if (rows.length === 0) return null
  const { comparison, metrics, a, b } = words
  return (
    <div class="capacity-scroll" tabIndex={0} role="group" aria-label={comparison.title}>
      <table class="capacity-table">
        <thead>
          <HeadRow heads={[comparison.cell, comparison.metric, a, b, comparison.difference, comparison.verdict]} />
        </thead>
        <tbody>
          {rows.map((row) => {
            const subject = row.cell.split('/')[1] ?? ''
            return (
              <tr key={`${row.cell} ${row.metric}`} data-transport={isTransport(subject) ? subject : undefined}>
                <th scope="row">{row.cell}</th>
                <td>{metrics[row.metric]}</td>
                <td>{spellFigure(row.metric, row.a.value)}</td>
                <td>{spellFigure(row.metric, row.b.value)}</td>
                <td>
                  {row.relative === null
                    ? '–'
                    : `${row.relative > 0 ? '+' : '−'}${significant(Math.abs(row.relative) * 100, 2)} %`}
                </td>
                <td>
                  {comparison.verdicts[row.verdict]} <small lang="en">{row.because}</small>
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

function Settings({ settings, words, title }: { settings: readonly Setting[]; words: ReportWords; title: string }) {
  if (settings.length === 0) return null
  return (
    <div class="capacity-scroll" tabIndex={0} role="group" aria-label={title}>
      <table class="capacity-table reports-prose">
        <thead>
          <HeadRow heads={[words.comparison.setting, words.a, words.b]} />
        </thead>
        <tbody lang="en">
          {settings.map(({ name, a, b }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{a}</td>
              <td>{b}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
