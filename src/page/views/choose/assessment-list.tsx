import { duration, spelled } from '../../browser/format.ts'
import { guideAddress, type AddressSettings } from '../../browser/router.ts'
import { price, shareText, significant } from '../../capacity/figures.ts'
import type { ChoiceWords, Spelled } from '../../choice/choice-words.ts'
import type { Assessment, Choice, Needs } from '../../../models/choice.ts'
import type { Finding } from '../../../models/choice-findings.ts'
import { formulaWords } from '../capacity/formula-list.tsx'
import { Glyph, labelOf } from '../shared/transport-label.tsx'

interface ListProps {
  choice: Choice
  needs: Needs
  words: ChoiceWords
  settings: AddressSettings
  reportId: string
}

/** Each transport with its verdict, its reasons and their sources. */
export function AssessmentList({ choice, needs, words, settings, reportId }: ListProps) {
  return (
    <section class="choose-assessments">
      <h2>{words.reasons}</h2>
      {choice.assessments.map((assessment) => (
        <article
          key={assessment.transport}
          class="panel choose-assessment"
          data-transport={assessment.transport}
          data-verdict={assessment.verdict}
        >
          <header class="head">
            <Glyph of={assessment.transport} />
            <h3>{labelOf(assessment.transport)}</h3>
            <span class="choose-verdict">{words.verdicts[assessment.verdict]}</span>
          </header>
          <ul>
            {assessment.findings.map((finding) => (
              <li key={finding.code} data-weight={finding.weight}>
                {words.findings[finding.code](spell(finding.values))}{' '}
                <Sources of={finding} words={words} settings={settings} />
              </li>
            ))}
            <CostLine of={assessment} needs={needs} words={words} settings={settings} reportId={reportId} />
          </ul>
        </article>
      ))}
    </section>
  )
}

function Sources({
  of: { formula, experiment },
  words,
  settings,
}: {
  of: Finding
  words: ChoiceWords
  settings: AddressSettings
}) {
  return (
    <span class="choose-sources">
      <a href={guideAddress('choose', ['formula', formula], settings)}>
        {words.formula(formulaWords.value[formula].name)}
      </a>
      {experiment !== undefined && (
        <a href={guideAddress('experiments', [experiment])}>
          {words.experiment} {experiment}
        </a>
      )}
    </span>
  )
}

function CostLine({
  of: { transport, cost, intervalMs },
  needs,
  words,
  settings,
  reportId,
}: {
  of: Assessment
  needs: Needs
  words: ChoiceWords
  settings: AddressSettings
  reportId: string
}) {
  const of = words.cost
  if (!cost) return <li data-weight="note">{of.none}</li>
  const { capacity } = cost
  const bytesPerS = (capacity.wireBytesPerS ?? capacity.bytesPerS) + cost.upstreamBytesPerS
  // The same load in the capacity calculator.
  const load: AddressSettings = {
    t: transport,
    users: String(needs.users),
    rate: String(needs.ratePerS),
    rtt: String(needs.rttMs),
    headers: String(needs.traffic.headerBytes ?? ''),
    text: String(needs.traffic.payloadBytes),
    ...(intervalMs === null ? {} : { interval: String(intervalMs) }),
    ...(needs.traffic.hasTls ? { tls: '' } : {}),
  }
  return (
    <li data-weight="note">
      {of.sentence(
        {
          cores: significant(capacity.cores),
          traffic: significant((bytesPerS * 8) / 1e6),
          price: price(cost.price),
        },
        capacity.beyond.length > 0,
      )}{' '}
      <span class="choose-sources">
        <a href={guideAddress('choose', ['formula', 'cpu'], settings)}>{words.formula(formulaWords.value.cpu.name)}</a>
        <a href={guideAddress('reports', [reportId])}>{of.measurement}</a>
        <a href={guideAddress('capacity', [], load)}>{of.details}</a>
      </span>
    </li>
  )
}

/** Numbers of a finding with the units that their names carry. */
function spell(values: Finding['values']): Spelled {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      name.endsWith('Ms')
        ? spelled(duration(value))
        : name.endsWith('Share')
          ? shareText(value)
          : ['http1', 'http2', 'headers', 'frame'].includes(name)
            ? spelled({ figure: significant(value), unit: 'B' })
            : significant(value),
    ]),
  )
}
