import type { ReportWords } from '../../reports/report-words.ts'
import { reportTitle } from './report-title.ts'
import type { ReportState } from './use-report.ts'

/** While a report is loaded, and when it cannot be. */
export function ReportWait({
  id,
  state,
  words,
}: {
  id: string
  state: Exclude<ReportState, { is: 'loaded' }>
  words: ReportWords
}) {
  return (
    <p class="capacity-wait" role="status">
      {state.is === 'loading' ? words.loading : words.failed(reportTitle(id, words))}{' '}
      {state.is === 'failed' && (
        <button type="button" onClick={state.again}>
          {words.again}
        </button>
      )}
    </p>
  )
}
