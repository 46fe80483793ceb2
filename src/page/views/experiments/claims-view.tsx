import { useLayoutEffect, useRef } from 'preact/hooks'
import { dayAndTime, whole } from '../../browser/format.ts'
import { guideAddress } from '../../browser/router.ts'
import { language } from '../../i18n/i18n.ts'
import { CLAIMS, claimVerdictOf, type Claim } from '../../lessons/claims.ts'
import type { ClaimVerdict } from '../../lessons/lesson.ts'
import { LESSONS, lessonOf } from '../../lessons/list.ts'
import { lessonResults } from '../../lessons/results.ts'
import { claimsTexts } from './claims-texts.ts'

/**
 * The eight claims of the tutorials: what this browser's runs say of each.
 *
 * @param claim the id of a claim that is shown first; null for none
 */
export function ClaimsView({ claim }: { claim: string | null }) {
  const words = claimsTexts.value
  const results = lessonResults.value
  const list = useRef<HTMLOListElement>(null)
  useLayoutEffect(() => {
    if (claim !== null) list.current?.querySelector(`#claim-${CSS.escape(claim)}`)?.scrollIntoView({ block: 'center' })
  }, [claim])
  const tested = CLAIMS.filter((one) => claimVerdictOf(one, results) !== null).length
  return (
    <article class="claims" aria-labelledby="claims-title">
      <header>
        <h1 id="claims-title">{words.title}</h1>
        <p>{words.intro}</p>
        <p class="claims-tested">{words.tested(whole(tested), whole(CLAIMS.length))}</p>
      </header>
      <ol ref={list}>
        {CLAIMS.map((one, index) => (
          <ClaimRow key={one.id} claim={one} number={index + 1} isNamed={one.id === claim} />
        ))}
      </ol>
      <footer>{words.source}</footer>
    </article>
  )
}

/** `isNamed`: the address names this claim. */
function ClaimRow({ claim, number, isNamed }: { claim: Claim; number: number; isNamed: boolean }) {
  const words = claimsTexts.value
  const lesson = lessonOf(claim.lesson)
  const result = lessonResults.value[claim.lesson]
  const verdict = claimVerdictOf(claim, lessonResults.value)
  const { claim: sentence, comment } = claim.texts[language.value]
  if (!lesson) return null
  const texts = lesson.texts[language.value]
  return (
    <li class="panel" id={`claim-${claim.id}`} data-verdict={verdict ?? 'none'} data-named={isNamed}>
      <h2>
        <span class="claims-number">{number}</span>
        {sentence}
      </h2>
      <p class="claims-stamp">
        <ClaimMark verdict={verdict} />
        <b>{verdict === null ? words.notTried : words.verdicts[verdict]}</b>
      </p>
      <dl>
        {result && (
          <div>
            <dt>
              <time dateTime={new Date(result.at).toISOString()}>
                {words.measuredAt(dayAndTime(result.at, language.value))}
              </time>
            </dt>
            <dd>{texts.finding(result)}</dd>
          </div>
        )}
        <div>
          <dt>{words.comment}</dt>
          <dd>{comment}</dd>
        </div>
      </dl>
      <a class="claims-link" href={guideAddress('experiments', [lesson.id])}>
        <small>{words.experiment(whole(LESSONS.indexOf(lesson) + 1))}</small> {texts.question}
      </a>
    </li>
  )
}

const SHAPES: Record<ClaimVerdict | 'none', string> = {
  holds: 'M3 8.500l3.500 3.500L13 4.500',
  'holds in part': 'M3 8h10',
  'does not hold': 'M4 4l8 8M12 4l-8 8',
  open: 'M8 3.500v5.500M8 11.500v1.200',
  none: '',
}

/** A tick, a dash, a cross or an exclamation mark in a ring; an empty ring without a run. Words stand beside it. */
function ClaimMark({ verdict }: { verdict: ClaimVerdict | null }) {
  return (
    <svg class="claims-mark" data-verdict={verdict ?? 'none'} viewBox="-3 -3 22 22" aria-hidden="true" fill="none">
      <circle cx="8" cy="8" r="9.5" />
      <path d={SHAPES[verdict ?? 'none']} />
    </svg>
  )
}
