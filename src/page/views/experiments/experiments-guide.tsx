import { useEffect } from 'preact/hooks'
import { addressSettings } from '../../browser/router.ts'
import { language, texts } from '../../i18n/i18n.ts'
import { lessonOf } from '../../lessons/list.ts'
import { cancelRun } from '../../lessons/running.ts'
import { needLinks } from '../../network/links.ts'
import type { Guide } from '../guides/guide.ts'
import { experimentTexts } from './experiment-texts.ts'
import { LessonList } from './lesson-list.tsx'
import { LessonPage } from './lesson-page.tsx'
import { LoadedClassroom, type ClassroomPage } from './loaded-classroom.tsx'

/** `claims`, `claims/<claim>`, `handout`, and `<experiment>/board`; null for other paths. */
function classroomPage([first, second]: readonly string[]): ClassroomPage | null {
  if (first === 'claims') return { is: 'claims', claim: second ?? null }
  if (first === 'handout') return { is: 'handout' }
  const lesson = second === 'board' && first !== undefined ? lessonOf(first) : undefined
  return lesson ? { is: 'board', lesson } : null
}

/** The experiments: their list, one of them, or a page beside them. */
export const ExperimentsGuide: Guide = ({ path }) => {
  const { title } = experimentTexts.value
  useEffect(() => {
    needLinks()
    // The run belongs to this view.
    return cancelRun
  }, [])
  const [id] = path
  const lesson = id === undefined ? undefined : lessonOf(id)
  const name = lesson?.texts[language.value].question ?? title
  useEffect(() => {
    document.title = `${name} · ${texts.value.title}`
  }, [name])
  const page = classroomPage(path)
  if (page) {
    return (
      <main class="experiments" data-view={page.is}>
        <LoadedClassroom key={page.is} page={page} />
      </main>
    )
  }
  return (
    <main class="experiments" data-view={lesson ? 'lesson' : 'list'}>
      <LessonList current={lesson} unknown={id !== undefined && !lesson ? id : null} />
      {lesson && <LessonPage key={`${lesson.id} ${JSON.stringify(addressSettings.value)}`} lesson={lesson} />}
    </main>
  )
}
