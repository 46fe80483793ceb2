import { signal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useEffect } from 'preact/hooks'
import { runResults } from '../../compare/run-results.ts'

const view = signal<{ RunResults: ComponentType } | null>(null)

/** The results of the runs, with their charts: loaded with the first result. */
export function LoadedResults() {
  const hasResults = runResults.value.length > 0
  useEffect(() => {
    if (!hasResults || view.peek()) return
    import('./run-results-view.tsx').then(
      (loaded) => (view.value = loaded),
      // Without the server there is no result that could be shown.
      () => undefined,
    )
  }, [hasResults])
  const RunResults = view.value?.RunResults
  return RunResults ? <RunResults /> : null
}
