import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { guideAddress } from '../../browser/router.ts'
import { listReports, SHIPPED, type ReportEntry } from '../../reports/report-source.ts'
import { en, zhCN, type ReportWords } from '../../reports/report-words.ts'
import { guideTexts } from '../../i18n/guide-texts.ts'
import type { Guide } from '../guides/guide.ts'
import { ComparedReports } from './compared-reports.tsx'
import { ReportView } from './report-view.tsx'

const texts = guideTexts(en, zhCN)

/** `#/reports`, `#/reports/<id>`, `#/reports/compare/<a>/<b>`. */
export const ReportsGuide: Guide = ({ path }) => {
  const words = texts.value
  const entries = useSignal<readonly ReportEntry[]>([])
  useEffect(() => {
    void listReports().then((all) => (entries.value = all))
  }, [entries])
  useEffect(() => {
    document.title = words.title
  }, [words])
  const [first, a, b] = path
  return (
    <main class="guide reports">
      <header>
        <h1>{words.title}</h1>
        {first === undefined ? (
          <p class="lead">{words.lead}</p>
        ) : (
          <p>
            <a href={guideAddress('reports')}>← {words.all}</a>
          </p>
        )}
      </header>
      {first === 'compare' ? (
        <>
          <CompareForm entries={entries.value} a={a} b={b} words={words} />
          <ComparedReports key={`${a}/${b}`} a={a} b={b} words={words} />
        </>
      ) : first !== undefined ? (
        <ReportView key={first} id={first} entry={entries.value.find(({ id }) => id === first)} words={words} />
      ) : (
        <>
          <ReportList entries={entries.value} words={words} />
          <CompareForm entries={entries.value} a={undefined} b={undefined} words={words} />
        </>
      )}
    </main>
  )
}

function ReportList({ entries, words }: { entries: readonly ReportEntry[]; words: ReportWords }) {
  const own = entries.filter(({ id }) => id !== SHIPPED)
  return (
    <section class="panel reports-list">
      <h2>{words.own}</h2>
      {own.length === 0 && <p class="quiet">{words.noOwn}</p>}
      <ul>
        {own.map(({ id, hasCoefficients }) => (
          <li key={id}>
            <a href={guideAddress('reports', [id])}>{id}</a>
            {hasCoefficients && <small>{words.hasCoefficients}</small>}
          </li>
        ))}
      </ul>
      <h2>{words.shipped}</h2>
      <ul>
        <li>
          <a href={guideAddress('reports', [SHIPPED])}>{words.open}</a>
          <small>{words.shippedNote}</small>
        </li>
      </ul>
    </section>
  )
}

function CompareForm({
  entries,
  a,
  b,
  words,
}: {
  entries: readonly ReportEntry[]
  a: string | undefined
  b: string | undefined
  words: ReportWords
}) {
  const ids = entries.map(({ id }) => id)
  if (ids.length < 2) return null
  const [first = '', second = ''] = [a ?? ids[1], b ?? ids[0]]
  const go = (wantedA: string, wantedB: string) =>
    (location.hash = guideAddress('reports', ['compare', wantedA, wantedB]))
  return (
    <form
      class="panel reports-compare"
      onSubmit={(event) => {
        event.preventDefault()
        const [chosenA = '', chosenB = ''] = [...event.currentTarget.querySelectorAll('select')].map(
          ({ value }) => value,
        )
        go(chosenA, chosenB)
      }}
    >
      <h2>{words.compare}</h2>
      {(['a', 'b'] as const).map((name) => (
        <label key={name}>
          {words[name]}{' '}
          <select name={name}>
            {ids.map((id) => (
              <option key={id} value={id} selected={id === (name === 'a' ? first : second)}>
                {id === SHIPPED ? words.shipped : id}
              </option>
            ))}
          </select>
        </label>
      ))}
      <button type="submit">{words.compareNow}</button>
    </form>
  )
}
