import { useId, useRef } from 'preact/hooks'
import { bytes, milliseconds, perSecond, seconds, spelled, timeOfDay, whole } from '../../browser/format.ts'
import { saveFile, timedName } from '../../browser/save-file.ts'
import { pngOf } from '../../browser/svg-png.ts'
import { commonProfile, findingOf } from '../../compare/finding.ts'
import type { RunResult, RunRow } from '../../compare/run-result.ts'
import { nameResult, removeResult, runResults } from '../../compare/run-results.ts'
import { language, texts } from '../../i18n/i18n.ts'
import { labelOf, linkLabelOf } from '../shared/transport-label.tsx'
import { HeadRow } from '../shared/head-row.tsx'
import { chartScale, RunChart, type ChartScale } from './run-chart.tsx'

/** The results of the runs, newest first, all to one scale. */
export function RunResults() {
  const { runs } = texts.value.compare
  const title = useId()
  const results = runResults.value
  if (results.length === 0) return null
  const scale = chartScale(results.map(({ rows }) => rows))
  return (
    <section class="panel runs" aria-labelledby={title}>
      <header class="head">
        <h2 id={title}>{runs.title}</h2>
        <p class="about">{runs.about}</p>
      </header>
      <div class="results">
        {results.map((result) => (
          <Result key={result.id} result={result} scale={scale} />
        ))}
      </div>
    </section>
  )
}

function Result({ result, scale }: { result: RunResult; scale: ChartScale }) {
  const { compare, transport } = texts.value
  const { runs } = compare
  const frame = useRef<HTMLElement>(null)
  const { id, name, at, rows } = result
  const shownName = name || timeOfDay(at, language.value)
  const exportPng = () => {
    const svg = frame.current?.querySelector('svg')
    if (!svg) return
    void pngOf(svg, getComputedStyle(svg).backgroundColor).then((png) => saveFile(timedName('run', 'png'), png))
  }
  const exportJson = () => {
    const file = JSON.stringify({ about: runs.jsonAbout, ...result }, null, 1)
    saveFile(timedName('run', 'json'), new Blob([file], { type: 'application/json' }))
  }
  const sentence = findingSentence(result)
  return (
    <figure ref={frame} class="run-result" aria-label={`${runs.result} ${shownName}`}>
      <p class="tools">
        <input
          aria-label={runs.name}
          placeholder={shownName}
          value={name}
          maxLength={40}
          onChange={({ currentTarget }) => nameResult(id, currentTarget.value.trim())}
        />
        <button type="button" onClick={exportPng} aria-label={runs.exportAs('PNG', shownName)}>
          PNG
        </button>
        <button type="button" onClick={exportJson} aria-label={runs.exportAs('JSON', shownName)}>
          JSON
        </button>
        <button type="button" onClick={() => removeResult(id)} aria-label={runs.remove(shownName)}>
          ✕
        </button>
      </p>
      <p class="conditions">{conditionsOf(result)}</p>
      <RunChart rows={rows} scale={scale} label={sentence} />
      <figcaption>{sentence}</figcaption>
      <table class="sr figures">
        <caption>{runs.result}</caption>
        <thead>
          <HeadRow heads={[transport.group, compare.perMessage, compare.p50, compare.p95]} />
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.transport}>
              <th scope="row">{labelOf(row.transport)}</th>
              <td>{row.bytesPerMessage !== null && spelled(bytes(row.bytesPerMessage))}</td>
              <td>{row.p50Ms !== null && spelled(milliseconds(row.p50Ms))}</td>
              <td>{row.p95Ms !== null && spelled(milliseconds(row.p95Ms))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  )
}

const linkOfRows = (rows: readonly RunRow[]): string => {
  const profile = commonProfile(rows)
  return profile === null ? texts.value.compare.mixed : linkLabelOf(profile)
}

/** The settings of a run: 5 /s · 3G · seed 42 · 98 messages in 20.1 s · interval 1 s, hold 25 s. */
export function conditionsOf(result: RunResult): string {
  const { ratePerS, seed, sent, durationMs, tuning, textBytes, paddingBytes, rows } = result
  const { compare, tuning: words } = texts.value
  const of = (ms: number) => spelled(seconds(Math.round(ms / 100) * 100))
  return [
    spelled(perSecond(ratePerS)),
    linkOfRows(rows),
    `${compare.bot.seed} ${seed}`,
    compare.runs.messages(whole(sent), of(durationMs)),
    `${words.interval} ${of(tuning.intervalMs)}`,
    `${words.hold} ${of(tuning.holdMs)}`,
    ...(textBytes === null ? [] : [`${words.botSize} ${spelled(bytes(textBytes))}`]),
    ...(paddingBytes === 0 ? [] : [`${words.padding} ${spelled(bytes(paddingBytes))}`]),
  ].join(' · ')
}

/** What the numbers say. */
function findingSentence(result: RunResult): string {
  const { runs } = texts.value.compare
  const { rows, sent, ratePerS, wasHidden } = result
  const finding = findingOf(rows)
  const at = runs.at(spelled(perSecond(ratePerS)), linkOfRows(rows))
  const of = ({ transport, bytesPerMessage, p50Ms }: RunRow) => ({
    name: labelOf(transport),
    bytes: spelled(bytes(bytesPerMessage ?? 0)),
    p50: spelled(milliseconds(p50Ms ?? 0)),
  })
  const missing = rows.filter(({ received }) => received < sent)
  return [
    finding.type === 'both'
      ? runs.both(at, of(finding.lightest))
      : finding.type === 'trade'
        ? runs.trade(at, of(finding.lightest), of(finding.quickest))
        : runs.nothing,
    ...missing.map(({ transport, received }) => runs.missing(labelOf(transport), whole(received), whole(sent))),
    ...(wasHidden ? [runs.wasHidden] : []),
  ].join(' ')
}
