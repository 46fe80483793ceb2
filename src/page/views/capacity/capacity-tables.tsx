import { spelled, whole } from '../../browser/format.ts'
import { PAPER, CAPACITY_FIELDS } from '../../capacity/capacity-settings.ts'
import type { CapacityWords } from '../../capacity/capacity-words.ts'
import { shareText, signedShare, significant, spelledSize } from '../../capacity/figures.ts'
import { megabitsPerS } from '../../capacity/quantities.ts'
import { capacityOf } from '../../../models/capacity.ts'
import type { CapacityCheck, Coefficients } from '../../../models/coefficients.ts'
import { labelOf } from '../shared/transport-label.tsx'
import { HeadRow } from '../shared/head-row.tsx'

/** The published table, and the same loads from the coefficients. */
export function PaperTable({
  coefficients,
  words: { paper },
  targetUtilisation,
}: {
  coefficients: Coefficients
  words: CapacityWords
  targetUtilisation: number
}) {
  if (!coefficients.transports['short-poll'] || !coefficients.transports.websocket) return null
  const predicted = (transport: 'short-poll' | 'websocket', users: number) =>
    megabitsPerS(
      capacityOf(
        {
          transport,
          clients: users,
          ratePerS: 1,
          intervalMs: 1000,
          holdMs: 0,
          rttMs: 0,
          headerBytes: PAPER.headers,
          payloadBytes: CAPACITY_FIELDS.text.default,
          hasTls: false,
          targetUtilisation,
        },
        coefficients,
      ),
    )
  return (
    <section class="panel capacity-paper">
      <div class="capacity-scroll" tabIndex={0} role="group" aria-label={paper.title}>
        <table class="capacity-table">
          <caption>
            {paper.title} <small>{paper.unit}</small>
          </caption>
          <thead>
            <tr>
              {[
                paper.users,
                paper.headersPoll,
                paper.headersSocket,
                paper.ratio,
                paper.poll,
                paper.socket,
                paper.ratio,
              ].map((text, i) => (
                <th key={i} scope="col">
                  {text}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {PAPER.rows.map(({ users, poll, websocket }) => {
              const [ours, pushed] = [predicted('short-poll', users), predicted('websocket', users)]
              return (
                <tr key={users}>
                  <th scope="row">{whole(users)}</th>
                  <td>{significant(poll)}</td>
                  <td>{significant(websocket, 4)}</td>
                  <td>{whole(poll / websocket)} : 1</td>
                  <td>{significant(ours)}</td>
                  <td>{significant(pushed)}</td>
                  <td>{significant(ours / pushed)} : 1</td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
      <p class="quiet">
        {paper.about} {paper.source}
      </p>
    </section>
  )
}

const spellCheck = ({ quantity }: CapacityCheck, value: number): string =>
  quantity === 'cpu' ? shareText(value) : quantity === 'memory' ? spelledSize(value) : `${spelledSize(value)}/s`

/** Predictions of the benchmark beside what was measured. */
export function CheckTable({
  coefficients: { checks, transports },
  words: { check },
}: {
  coefficients: Coefficients
  words: CapacityWords
}) {
  const most = Math.max(0, ...Object.values(transports).map(({ range }) => range.clients[1]))
  const first = checks[0]
  return (
    <section class="panel capacity-text">
      <h2>{check.title}</h2>
      <p>{first ? check.about(whole(most), whole(first.clients)) : check.none}</p>
      {first && (
        <div class="capacity-scroll" tabIndex={0} role="group" aria-label={check.title}>
          <table class="capacity-table">
            <thead>
              <HeadRow heads={[check.load, check.what, check.predicted, check.measured, check.error]} />
            </thead>
            <tbody>
              {checks.map((one, i) => (
                <tr key={i} data-transport={one.transport} data-first={one.transport !== checks[i - 1]?.transport}>
                  <th scope="row">
                    {labelOf(one.transport)}
                    <small>
                      {' '}
                      {check.loadOf(whole(one.clients), spelled({ figure: significant(one.ratePerS, 2), unit: '/s' }))}
                    </small>
                  </th>
                  <td>{check.quantity[one.quantity]}</td>
                  <td>{spellCheck(one, one.predicted)}</td>
                  <td>{spellCheck(one, one.measured)}</td>
                  <td>{signedShare(one.predicted / one.measured - 1)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}
