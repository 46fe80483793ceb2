import { whole } from '../../browser/format.ts'
import { guideAddress } from '../../browser/router.ts'
import { language } from '../../i18n/i18n.ts'
import { CLAIMS, claimsOf } from '../../lessons/claims.ts'
import { addressOfSettings, type Settings } from '../../lessons/parameters.ts'
import type { Lesson } from '../../lessons/lesson.ts'
import { claimsTexts } from './claims-texts.ts'

/** From an experiment to the claims that it tests, and to its class board. */
export function ClaimsLinks({ lesson, settings }: { lesson: Lesson; settings: Settings }) {
  const words = claimsTexts.value
  return (
    <nav class="panel claims-links" aria-label={words.beside}>
      {claimsOf(lesson.id).map((claim) => (
        <a key={claim.id} href={guideAddress('experiments', ['claims', claim.id])}>
          <small>{words.number(whole(CLAIMS.indexOf(claim) + 1), whole(CLAIMS.length))}</small>
          <span>{claim.texts[language.value].claim}</span>
        </a>
      ))}
      <a href={guideAddress('experiments', [lesson.id, 'board'], addressOfSettings(settings))}>
        <small>{words.board}</small>
        <span>{words.boardAbout}</span>
      </a>
    </nav>
  )
}
