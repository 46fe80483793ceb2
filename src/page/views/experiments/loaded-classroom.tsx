import type { ComponentType } from 'preact'
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { texts } from '../../i18n/i18n.ts'
import type { Lesson } from '../../lessons/lesson.ts'

/** Pages beside the experiments. A board belongs to one of them. */
export type ClassroomPage = { is: 'claims'; claim: string | null } | { is: 'handout' } | { is: 'board'; lesson: Lesson }

const pages: Record<ClassroomPage['is'], () => Promise<ComponentType<{ page: ClassroomPage }>>> = {
  claims: async () => {
    const { ClaimsView } = await import('./claims-view.tsx')
    return ({ page }) => (page.is === 'claims' ? <ClaimsView claim={page.claim} /> : null)
  },
  handout: async () => {
    const { HandoutView } = await import('./handout-view.tsx')
    return () => <HandoutView />
  },
  board: async () => {
    const { BoardView } = await import('./board-view.tsx')
    return ({ page }) => (page.is === 'board' ? <BoardView key={page.lesson.id} lesson={page.lesson} /> : null)
  },
}

type State = { is: 'loading' } | { is: 'loaded'; Page: ComponentType<{ page: ClassroomPage }> } | { is: 'failed' }

/** A page that is loaded when it is opened. */
export function LoadedClassroom({ page }: { page: ClassroomPage }) {
  const state = useSignal<State>({ is: 'loading' })
  const load = () => {
    state.value = { is: 'loading' }
    pages[page.is]().then(
      (Page) => (state.value = { is: 'loaded', Page }),
      () => (state.value = { is: 'failed' }),
    )
  }
  useEffect(load, [page.is])
  const { loading, notLoaded, loadAgain } = texts.value.header
  if (state.value.is === 'loaded') return <state.value.Page page={page} />
  return (
    <div class="blank">
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
    </div>
  )
}
