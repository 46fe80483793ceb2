import { BYTE_PARTS, noBytes, type ByteSplit } from '../../../meter.ts'
import { openingBytes, sumOf } from '../../measure/count-math.ts'
import { bytes, percent, spelled } from '../../browser/format.ts'
import type { Plots, Reading } from '../../measure/meter-model.ts'
import { texts } from '../../i18n/i18n.ts'
import { Sparkline } from '../shared/plots.tsx'

const NOTHING = noBytes()

/** Bytes up and down to one scale, each split into its parts by texture. */
export function Bytes({ reading, plots }: { reading: Reading | null; plots: Plots }) {
  const { meters } = texts.value
  const { up, down } = reading?.counts ?? { up: NOTHING, down: NOTHING }
  const largest = Math.max(sumOf(up), sumOf(down))
  const all = sumOf(up) + sumOf(down)
  const rate = reading?.bytesPerS == null ? null : bytes(reading.bytesPerS)
  const opening = reading ? openingBytes(reading.transport, reading.counts) : 0
  return (
    <article class="wide bytes">
      <h3>
        {meters.bytes}
        <span class="rate">
          {rate !== null && spelled({ figure: rate.figure, unit: rate.unit + meters.perSecond })}
        </span>
      </h3>
      <Sparkline plots={plots} read={(point) => point.bytesPerS} />
      <table>
        <colgroup>
          <col class="way" />
          <col />
          <col class="sum" />
        </colgroup>
        <thead class="sr">
          <tr>
            <th scope="col">{meters.direction}</th>
            <th scope="col">{meters.parts}</th>
            <th scope="col">{meters.sum}</th>
          </tr>
        </thead>
        <tbody>
          <Way name={meters.up} split={up} largest={largest} />
          <Way name={meters.down} split={down} largest={largest} />
        </tbody>
      </table>
      <ul class="legend" title={meters.partsTitle}>
        {BYTE_PARTS.map((part) => (
          <li key={part}>
            <i class={part} />
            {meters[part]} {all > 0 && <b>{spelled(percent((up[part] + down[part]) / all))}</b>}
          </li>
        ))}
      </ul>
      <p class="sub">{opening > 0 && meters.opening(spelled(bytes(opening)))}</p>
    </article>
  )
}

function Way({ name, split, largest }: { name: string; split: ByteSplit; largest: number }) {
  const { meters } = texts.value
  const sum = sumOf(split)
  const { figure, unit } = bytes(sum, largest)
  const spoken = BYTE_PARTS.map((part) => `${meters[part]} ${spelled(bytes(split[part], largest))}`).join(', ')
  return (
    <tr>
      <th scope="row">{name}</th>
      <td title={spoken}>
        <span class="sr">{spoken}</span>
        <div class="bar" aria-hidden="true" style={{ width: `${largest > 0 ? (sum / largest) * 100 : 0}%` }}>
          {BYTE_PARTS.map(
            (part) => split[part] > 0 && <i key={part} class={part} style={{ flexGrow: String(split[part]) }} />,
          )}
        </div>
      </td>
      <td>
        {sum > 0 && (
          <>
            {figure} <small>{unit}</small>
          </>
        )}
      </td>
    </tr>
  )
}
