import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import { texts } from '../../i18n/i18n.ts'

type State<Part> = { is: 'loading' } | { is: 'loaded'; part: Part } | { is: 'failed' }

interface LoadedProps<Part> {
  load: () => Promise<Part>
  children: (part: Part) => ComponentChildren
}

/** A part of the page that is loaded when it is shown, and a way to try again. Give it a key: it loads once. */
export function Loaded<Part>({ load, children }: LoadedProps<Part>) {
  const state = useSignal<State<Part>>({ is: 'loading' })
  const begin = () => {
    state.value = { is: 'loading' }
    load().then(
      (part) => (state.value = { is: 'loaded', part }),
      () => (state.value = { is: 'failed' }),
    )
  }
  useEffect(begin, [])
  const { loading, notLoaded, loadAgain } = texts.value.header
  if (state.value.is === 'loaded') return <>{children(state.value.part)}</>
  return (
    <main class="blank">
      {state.value.is === 'loading' ? (
        <p>{loading}</p>
      ) : (
        <>
          <p>{notLoaded}</p>
          <button type="button" onClick={begin}>
            {loadAgain}
          </button>
        </>
      )}
    </main>
  )
}
