import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { loadStyle } from '../../browser/load-style.ts'
import type { GuideName } from '../../browser/router.ts'
import { texts } from '../../i18n/i18n.ts'
import type { Guide } from './guide.ts'

const guides: Record<GuideName, () => Promise<Guide>> = {
  experiments: async () => (await import('../experiments/experiments-guide.tsx')).ExperimentsGuide,
  choose: async () => (await import('../choose/choose-guide.tsx')).ChooseGuide,
  capacity: async () => (await import('../capacity/capacity-guide.tsx')).CapacityGuide,
  reports: async () => (await import('../reports/reports-guide.tsx')).ReportsGuide,
}

type State = { is: 'loading' } | { is: 'loaded'; Guide: Guide } | { is: 'failed' }

/** A guide is loaded when it is opened, so that the rooms stay light. */
export function LoadedGuide({ name, path }: { name: GuideName; path: readonly string[] }) {
  const state = useSignal<State>({ is: 'loading' })
  const load = () => {
    state.value = { is: 'loading' }
    Promise.all([guides[name](), loadStyle('guides.css')]).then(
      ([Guide]) => (state.value = { is: 'loaded', Guide }),
      () => (state.value = { is: 'failed' }),
    )
  }
  useEffect(load, [name])
  const { loading, notLoaded, loadAgain } = texts.value.header
  if (state.value.is === 'loaded') return <state.value.Guide path={path} />
  return (
    <main class="blank">
      {state.value.is === 'loading' ? (
        <p>{loading}</p>
      ) : (
        <>
          <p>{notLoaded}</p>
          <button type="button" onClick={load}>
            {loadAgain}
          </button>
        </>
      )}
    </main>
  )
}
