import { spelled, dayAndTime } from '../../browser/format.ts'
import { guideAddress } from '../../browser/router.ts'
import type { ChosenCoefficients } from '../../capacity/coefficients-choice.ts'
import { SHIPPED } from '../../reports/report-source.ts'
import { language } from '../../i18n/i18n.ts'
import type { CapacityWords } from '../../capacity/capacity-words.ts'
import { significant } from '../../capacity/figures.ts'

export const reportName = (id: string, { source }: CapacityWords): string =>
  id === SHIPPED ? source.shipped : source.own(id)

/** The report of the costs, one link away, and another one to choose. */
export function CoefficientsSource({
  of: { id, coefficients, choices },
  words,
  onChoose,
}: {
  of: ChosenCoefficients
  words: CapacityWords
  onChoose: (id: string) => void
}) {
  const { source } = words
  const { environment, measuredAt } = coefficients
  const { cores, cpu, node, commit } = environment
  return (
    <div class="capacity-source">
      <p>
        {source.sentence(reportName(id, words), dayAndTime(Date.parse(measuredAt), language.value))}{' '}
        {source.machine(String(cores), cpu, node, commit)} <a href={guideAddress('reports', [id])}>{source.link}</a>
      </p>
      {choices.length > 1 && (
        <label>
          {source.choose}{' '}
          <select value={id} onChange={({ currentTarget }) => onChoose(currentTarget.value)}>
            {choices.map((choice) => (
              <option key={choice.id} value={choice.id}>
                {reportName(choice.id, words)}
              </option>
            ))}
          </select>
        </label>
      )}
      <p class="quiet">{source.other}</p>
    </div>
  )
}

/** The costs of one transport, with their units. */
export function CostTable({
  of,
  transport,
  words,
  name,
}: {
  of: ChosenCoefficients['coefficients']
  transport: keyof typeof of.transports
  words: CapacityWords
  name: string
}) {
  const { source } = words
  const { costNames } = source
  const costs = of.transports[transport]
  if (!costs) return null
  const us = (value: number) => spelled({ figure: significant(value), unit: 'µs' })
  const b = (value: number) => spelled({ figure: significant(value), unit: 'B' })
  const { cpu, bytes, range } = costs
  const segments = Math.max(costs.segmentsPerRequest ?? 0, costs.segmentsPerFrame ?? 0)
  const rows: [string, string, boolean][] = [
    [costNames.publishUs, us(of.process.publishUs), true],
    [costNames.messageUs, us(cpu.messageUs), cpu.messageUs > 0],
    [costNames.requestUs, us(cpu.requestUs), cpu.requestUs > 0],
    [costNames.answerUs, us(cpu.answerUs), cpu.answerUs > 0],
    [costNames.coldUs(spelled({ figure: significant(cpu.warmMs), unit: 'ms' })), us(cpu.coldUs), cpu.coldUs > 0],
    [costNames.frameUs, us(cpu.frameUs), cpu.frameUs > 0],
    [costNames.requestBytes, b(bytes.requestBytes), bytes.requestBytes > 0],
    [costNames.emptyAnswerBytes, b(bytes.emptyAnswerBytes), bytes.emptyAnswerBytes > 0],
    [costNames.answerBytes, b(bytes.answerBytes), bytes.answerBytes > 0],
    [costNames.messageBytes(b(of.payloadBytes)), b(bytes.messageBytes), true],
    [costNames.segments, significant(segments), segments > 0],
    [
      costNames.memoryBytes,
      costs.memoryBytes === null
        ? words.notMeasured
        : spelled({ figure: significant(costs.memoryBytes / 1000), unit: 'kB' }),
      true,
    ],
    [
      costNames.processMemory,
      spelled({ figure: significant(of.process.memoryBytes / 1e6), unit: 'MB' }),
      of.process.memoryBytes > 0,
    ],
    [
      costNames.range,
      costNames.rangeOf(
        ...([range.clients[0], range.clients[1], range.ratePerS[0], range.ratePerS[1]].map((value) =>
          significant(value),
        ) as [string, string, string, string]),
      ),
      true,
    ],
  ]
  return (
    <table class="capacity-table">
      <caption>{source.costs(name)}</caption>
      <thead>
        <tr>
          <th scope="col">{source.cost}</th>
          <th scope="col">{source.value}</th>
        </tr>
      </thead>
      <tbody>
        {rows
          .filter(([, , isShown]) => isShown)
          .map(([label, value]) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td>{value}</td>
            </tr>
          ))}
      </tbody>
    </table>
  )
}
