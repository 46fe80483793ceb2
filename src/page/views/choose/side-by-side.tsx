import { price, significant, spelledSize } from '../../capacity/figures.ts'
import type { ChoiceWords } from '../../choice/choice-words.ts'
import type { Choice } from '../../../models/choice.ts'
import { Glyph, labelOf } from '../shared/transport-label.tsx'
import { HeadRow } from '../shared/head-row.tsx'

/** Verdicts and costs in one table. */
export function SideBySide({ choice: { assessments, recommended }, words }: { choice: Choice; words: ChoiceWords }) {
  const { table, verdicts } = words
  return (
    <section class="panel capacity-compared">
      <div class="capacity-scroll" tabIndex={0} role="group" aria-label={table.title}>
        <table class="capacity-table">
          <caption>{table.title}</caption>
          <thead>
            <HeadRow heads={[table.transport, table.verdict, table.cores, table.traffic, table.memory, table.price]} />
          </thead>
          <tbody>
            {assessments.map(({ transport, verdict, cost }) => {
              const capacity = cost?.capacity
              const memory = capacity?.memoryBytes ?? null
              const bytesPerS = capacity && (capacity.wireBytesPerS ?? capacity.bytesPerS) + cost.upstreamBytesPerS
              return (
                <tr
                  key={transport}
                  data-transport={transport}
                  data-chosen={transport === recommended}
                  data-unfit={verdict === 'does-not-fit'}
                >
                  <th scope="row">
                    <Glyph of={transport} /> {labelOf(transport)}
                  </th>
                  <td>{verdicts[verdict]}</td>
                  <td>{capacity ? significant(capacity.cores) : '–'}</td>
                  <td>{bytesPerS === undefined ? '–' : significant((bytesPerS * 8) / 1e6)}</td>
                  <td>{memory === null ? '–' : spelledSize(memory)}</td>
                  <td>{cost ? price(cost.price) : '–'}</td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
      <p class="quiet">{table.upstream}</p>
    </section>
  )
}
