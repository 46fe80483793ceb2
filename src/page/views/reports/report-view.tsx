import type { ComponentChildren } from 'preact'
import { dayAndTime, duration, perSecond, spelled, whole } from '../../browser/format.ts'
import { guideAddress } from '../../browser/router.ts'
import { significant, spelledSize } from '../../capacity/figures.ts'
import { language } from '../../i18n/i18n.ts'
import { CELL_FIGURES, type Estimate, type FigureKey, type ReportFacts } from '../../../models/report-cells.ts'
import { FIGURE_KEYS, overheadLoad, rowsOf, type TransportRow } from '../../reports/report-rows.ts'
import { pageOf, SHIPPED, type ReportEntry } from '../../reports/report-source.ts'
import type { ReportWords } from '../../reports/report-words.ts'
import { Glyph, labelOf } from '../shared/transport-label.tsx'
import { HeadRow } from '../shared/head-row.tsx'
import { reportTitle } from './report-title.ts'
import { ReportWait } from './report-wait.tsx'
import { useReport } from './use-report.ts'

/** A compact view of a report: what its machine was, what it says, and its main figures. */
export function ReportView({ id, entry, words }: { id: string; entry: ReportEntry | undefined; words: ReportWords }) {
  const state = useReport(id).value
  if (state.is !== 'loaded') return <ReportWait id={id} state={state} words={words} />
  const { report } = state
  const rows = rowsOf(report)
  return (
    <>
      <section class="panel reports-facts">
        <h2>
          {reportTitle(id, words)}{' '}
          <small>{words.measuredOn(dayAndTime(Date.parse(report.startedAt), language.value))}</small>
        </h2>
        <Facts report={report} words={words} />
        <p class="reports-links">
          {entry?.hasPage && (
            <a href={pageOf(id)} target="_blank" rel="noopener">
              {words.fullPage}
            </a>
          )}
          <a href={id === SHIPPED ? 'shipped-report/report.json' : `reports/${id}`} download={`${id}.json`}>
            {words.raw}
          </a>
          {entry?.hasCoefficients && <a href={guideAddress('capacity', [], { report: id })}>{words.costs}</a>}
        </p>
      </section>
      {report.conclusions.length > 0 && (
        <section class="panel capacity-text">
          <h2>{words.conclusions}</h2>
          <ul>
            {report.conclusions.map(({ en, zh }) => (
              <li key={en}>{language.value === 'en' ? en : zh}</li>
            ))}
          </ul>
        </section>
      )}
      {rows.length > 0 && <Figures rows={rows} report={report} words={words} />}
      <Checks report={report} words={words} />
      <Published report={report} words={words} />
      <Invalid report={report} words={words} />
    </>
  )
}

function Facts({ report, words: { facts, profiles } }: { report: ReportFacts; words: ReportWords }) {
  const { environment, parameters, cells, durationS, command } = report
  const { cores, cpu, memoryBytes, node, platform, commit, network } = environment
  const invalid = cells.filter(({ validity }) => !validity.valid).length
  const rows: [string, string][] = [
    [facts.machine, facts.machineOf(String(cores), cpu, spelledSize(memoryBytes))],
    [facts.software, facts.softwareOf(node, platform, commit)],
    [
      facts.run,
      facts.runOf(
        profiles[parameters.profile] ?? parameters.profile,
        spelled(duration(durationS * 1000)),
        whole(cells.length),
        whole(invalid),
      ),
    ],
    [facts.network, facts.networks[network] ?? network],
    [facts.command, command],
  ]
  return (
    <dl>
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** A figure of a cell with its unit: kB from 1,000 bytes. */
export function spellFigure(key: FigureKey, value: number): string {
  const { unit } = CELL_FIGURES[key]
  if (unit === 'B') return spelledSize(value)
  return unit === '' ? significant(value) : spelled({ figure: significant(value), unit })
}

function Figures({ rows, report, words }: { rows: readonly TransportRow[]; report: ReportFacts; words: ReportWords }) {
  const keys = FIGURE_KEYS.filter((key) => rows.some(({ figures }) => figures[key]))
  const load = overheadLoad(report)
  const { table, metrics } = words
  return (
    <section class="panel reports-figures">
      <div class="capacity-scroll" tabIndex={0} role="group" aria-label={table.title}>
        <table class="capacity-table">
          <caption>{table.title}</caption>
          <thead>
            <tr>
              <th scope="col">{table.transport}</th>
              {keys.map((key) => (
                <th key={key} scope="col">
                  {metrics[key]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ transport, figures }) => (
              <tr key={transport} data-transport={transport}>
                <th scope="row">
                  <Glyph of={transport} /> {labelOf(transport)}
                </th>
                {keys.map((key) => (
                  <td key={key}>
                    <Reading figure={figures[key]} of={key} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="quiet">
        {load && table.conditions(whole(load.clients), spelled(perSecond(Number(load.ratePerS.toPrecision(3)))))}{' '}
        {table.notValid}
      </p>
      <Bars rows={rows} keys={keys.filter((key) => BARS.includes(key))} words={words} />
    </section>
  )
}

function Reading({ figure, of }: { figure: (Estimate & { isValid: boolean }) | undefined; of: FigureKey }) {
  if (!figure) return <>–</>
  const { value, low, high, isValid } = figure
  return (
    <>
      {spellFigure(of, value)}
      {!isValid && ' ◇'}
      {low !== undefined && high !== undefined && high > low && (
        <small>
          {' '}
          {spellFigure(of, low)}–{spellFigure(of, high)}
        </small>
      )}
    </>
  )
}

const BARS: readonly FigureKey[] = ['p50', 'bytesPerMessage', 'cpuPerDelivery', 'memoryPerClient']

/** One small chart for each figure. The table above has the same numbers. */
function Bars({
  rows,
  keys,
  words,
}: {
  rows: readonly TransportRow[]
  keys: readonly FigureKey[]
  words: ReportWords
}) {
  return (
    <div class="reports-bars" role="group" aria-label={words.bars}>
      {keys.map((key) => {
        const shown = rows.flatMap(({ transport, figures }) => {
          const figure = figures[key]
          return figure ? [{ transport, value: figure.value }] : []
        })
        const most = Math.max(...shown.map(({ value }) => value))
        return (
          <figure key={key}>
            <figcaption>{words.metrics[key]}</figcaption>
            {shown.map(({ transport, value }) => (
              <p key={transport} data-transport={transport}>
                <span>{labelOf(transport)}</span>
                <i aria-hidden="true" style={{ '--part': String(value / most) }} />
                <b>{spellFigure(key, value)}</b>
              </p>
            ))}
          </figure>
        )
      })}
    </div>
  )
}

/** A table with prose of the benchmark, which is English. */
function ProseTable({
  title,
  heads,
  children,
}: {
  title: string
  heads: readonly string[]
  children: ComponentChildren
}) {
  return (
    <div class="capacity-scroll" tabIndex={0} role="group" aria-label={title}>
      <table class="capacity-table reports-prose">
        <thead>
          <HeadRow heads={heads} />
        </thead>
        <tbody lang="en">{children}</tbody>
      </table>
    </div>
  )
}

function Checks({ report: { selfChecks }, words }: { report: ReportFacts; words: ReportWords }) {
  if (selfChecks.length === 0) return null
  return (
    <section class="panel capacity-text">
      <h2>{words.checks}</h2>
      <p>{words.checksAbout}</p>
      <ProseTable title={words.checks} heads={[words.check, words.expected, words.measured]}>
        {selfChecks.map(({ name, expected, measured, ok }) => (
          <tr key={name}>
            <th scope="row">
              <span class="reports-mark" data-ok={ok} role="img" aria-label={ok ? words.holds : words.fails}>
                {ok ? '●' : '◇'}
              </span>{' '}
              {name}
            </th>
            <td>{expected}</td>
            <td>{measured}</td>
          </tr>
        ))}
      </ProseTable>
    </section>
  )
}

function Published({ report: { published }, words }: { report: ReportFacts; words: ReportWords }) {
  if (published.length === 0) return null
  return (
    <section class="panel capacity-text">
      <h2>{words.published}</h2>
      <ProseTable title={words.published} heads={[words.source, words.theirs, words.ours]}>
        {published.map(({ source, claim, ours, agrees }) => (
          <tr key={source}>
            <th scope="row">
              {source}{' '}
              <small lang={language.value}>
                {words.agreement[agrees === null ? 'unknown' : agrees ? 'yes' : 'no']}
              </small>
            </th>
            <td>{claim}</td>
            <td>{ours}</td>
          </tr>
        ))}
      </ProseTable>
    </section>
  )
}

function Invalid({ report: { cells, missing }, words }: { report: ReportFacts; words: ReportWords }) {
  const invalid = cells.filter(({ validity }) => !validity.valid)
  return (
    <section class="panel capacity-text">
      <h2>{words.invalid}</h2>
      {invalid.length === 0 ? (
        <p>{words.noneInvalid}</p>
      ) : (
        <details>
          <summary>
            {whole(invalid.length)} / {whole(cells.length)}
          </summary>
          <p class="quiet">{words.english}</p>
          <ul lang="en">
            {invalid.map(({ id, validity }) => (
              <li key={id}>
                <code>{id}</code>: {validity.reasons.join('; ')}
              </li>
            ))}
          </ul>
        </details>
      )}
      {missing.length > 0 && (
        <>
          <h3>{words.missing}</h3>
          <ul lang="en">
            {missing.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </>
      )}
    </section>
  )
}
