import { useSignal, type ReadonlySignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { chooseCoefficients, type ChosenCoefficients } from '../../capacity/coefficients-choice.ts'

export type CoefficientsState =
  { is: 'loading' } | { is: 'loaded'; chosen: ChosenCoefficients } | { is: 'failed'; again: () => void }

/** The coefficients of a report; those of a report that cannot be loaded are replaced by the default. */
export function useCoefficients(wantedId: string | undefined): ReadonlySignal<CoefficientsState> {
  const state = useSignal<CoefficientsState>({ is: 'loading' })
  useEffect(() => {
    let isCurrent = true
    const load = () => {
      if (state.peek().is !== 'loaded') state.value = { is: 'loading' }
      chooseCoefficients(wantedId).then(
        (chosen) => isCurrent && (state.value = { is: 'loaded', chosen }),
        () => isCurrent && (state.value = { is: 'failed', again: load }),
      )
    }
    load()
    return () => void (isCurrent = false)
  }, [wantedId, state])
  return state
}
