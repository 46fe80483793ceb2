import { whole } from '../../browser/format.ts'
import { guideAddress } from '../../browser/router.ts'
import { language } from '../../i18n/i18n.ts'
import type { Lesson } from '../../lessons/lesson.ts'
import { LESSONS } from '../../lessons/list.ts'
import type { LessonResult } from '../../lessons/result.ts'
import { lessonResults } from '../../lessons/results.ts'
import { claimsTexts } from './claims-texts.ts'
import { experimentTexts } from './experiment-texts.ts'
import { VerdictMark } from './verdict-mark.tsx'

/** All experiments with their newest verdict in this browser. Beside an open experiment it is narrow. */
export function LessonList({ current, unknown }: { current: Lesson | undefined; unknown: string | null }) {
  const words = experimentTexts.value
  const results = lessonResults.value
  const done = LESSONS.filter(({ id }) => results[id]).length
  const Title = current ? 'h2' : 'h1'
  return (
    <nav class="experiment-list" aria-label={words.title}>
      <header>
        <Title>{words.title}</Title>
        <p class="experiment-done">{words.done(whole(done), whole(LESSONS.length))}</p>
        {!current && <p class="experiment-intro">{words.intro}</p>}
        {!current && (
          <p class="experiment-beside">
            <a href={guideAddress('experiments', ['claims'])}>{claimsTexts.value.title}</a>
            <a href={guideAddress('experiments', ['handout'])}>{claimsTexts.value.handout}</a>
          </p>
        )}
        {unknown !== null && <p role="alert">{words.noSuch(unknown)}</p>}
      </header>
      <ol>
        {LESSONS.map((lesson, index) => {
          const { question, claim } = lesson.texts[language.value]
          const result = results[lesson.id]
          return (
            <li key={lesson.id}>
              <a href={guideAddress('experiments', [lesson.id])} aria-current={lesson === current ? 'page' : undefined}>
                <span class="experiment-number">{index + 1}</span>
                <b>{question}</b>
                {!current && <span class="experiment-claim">{claim}</span>}
                <small>
                  <VerdictMark verdict={result ? (result.claim === 'open' ? result.verdict : result.claim) : null} />
                  {/* Beside an experiment the mark alone is shown. */}
                  <span class={current ? 'sr' : undefined}>{standingOf(result)}</span>
                </small>
              </a>
            </li>
          )
        })}
      </ol>
    </nav>
  )
}

/** The newest verdict in words: of the claim, where the run decided it. */
function standingOf(result: LessonResult | undefined): string {
  const words = experimentTexts.value
  if (!result) return words.none
  return result.claim === 'open' ? words.verdicts[result.verdict] : words.claims[result.claim]
}
