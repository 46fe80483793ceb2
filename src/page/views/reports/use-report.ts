import { useSignal, type ReadonlySignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { ReportFacts } from '../../../models/report-cells.ts'
import { loadReport } from '../../reports/report-source.ts'

export type ReportState =
  { is: 'loading' } | { is: 'loaded'; report: ReportFacts } | { is: 'failed'; again: () => void }

/** A report by its id. The caller gives its component a key of the id. */
export function useReport(id: string): ReadonlySignal<ReportState> {
  const state = useSignal<ReportState>({ is: 'loading' })
  useEffect(() => {
    const load = () => {
      state.value = { is: 'loading' }
      loadReport(id).then(
        (report) => (state.value = { is: 'loaded', report }),
        () => (state.value = { is: 'failed', again: load }),
      )
    }
    load()
  }, [id, state])
  return state
}
