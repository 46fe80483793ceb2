import type { ComponentType } from 'preact'
import type { Lesson } from '../../lessons/lesson.ts'
import { Loaded } from '../shared/loaded.tsx'

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

/** A page that is loaded when it is opened. */
export function LoadedClassroom({ page }: { page: ClassroomPage }) {
  return (
    <Loaded key={page.is} load={pages[page.is]}>
      {(Page) => <Page page={page} />}
    </Loaded>
  )
}
