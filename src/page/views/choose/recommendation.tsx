import { guideAddress, type AddressSettings } from '../../browser/router.ts'
import { price } from '../../capacity/figures.ts'
import type { ChoiceWords } from '../../choice/choice-words.ts'
import type { Assessment, Choice } from '../../../models/choice.ts'
import { Glyph, labelOf } from '../shared/transport-label.tsx'
import { formulaWords } from '../capacity/formula-list.tsx'

/** The recommended transport, and why: by fit, then by price, then by simplicity. */
export function Recommendation({
  choice,
  words,
  settings,
}: {
  choice: Choice
  words: ChoiceWords
  settings: AddressSettings
}) {
  const { recommended } = choice
  if (recommended === null) {
    return (
      <section class="panel choose-recommendation" data-none>
        <h2>{words.none}</h2>
        <p>{words.noneWhy}</p>
      </section>
    )
  }
  return (
    <section class="panel choose-recommendation" data-transport={recommended} aria-live="polite">
      <Glyph of={recommended} />
      <div>
        <h2>{words.recommended(labelOf(recommended))}</h2>
        {reasons(choice, words).map((text) => (
          <p key={text}>{text}</p>
        ))}
        <p class="choose-sources">
          {(['bill', 'simpler'] as const).map((id) => (
            <a key={id} href={guideAddress('choose', ['formula', id], settings)}>
              {words.formula(formulaWords.value[id].name)}
            </a>
          ))}
        </p>
      </div>
    </section>
  )
}

function reasons({ assessments, recommended, equals }: Choice, words: ChoiceWords): string[] {
  const chosen = assessments.find(({ transport }) => transport === recommended)
  if (!chosen) return []
  const { why } = words
  const name = labelOf(chosen.transport)
  const rivals = assessments
    .filter(({ verdict, transport }) => verdict === chosen.verdict && transport !== chosen.transport)
    .sort((a, b) => priceOf(a) - priceOf(b))
  const care = chosen.verdict === 'with-care' ? [why.care] : []
  const next = rivals.find(({ transport }) => !equals.includes(transport))
  if (rivals.length === 0) return [...care, why.only(name)]
  return [
    ...care,
    ...(equals.length > 1 ? [why.simplest(words.and(equals.map(labelOf)), name)] : []),
    ...(next?.cost && chosen.cost
      ? [
          why.cheapest(
            equals.length > 1 ? words.and(equals.map(labelOf)) : name,
            price(chosen.cost.price),
            labelOf(next.transport),
            price(next.cost.price),
          ),
        ]
      : []),
  ]
}

const priceOf = ({ cost }: Assessment): number => cost?.price ?? Number.POSITIVE_INFINITY
