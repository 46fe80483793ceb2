import { useId } from 'preact/hooks'
import { TRANSPORT_TRAITS, TRANSPORTS, type TransportName } from '../../../transports.ts'
import { bytes, milliseconds, perSecond, seconds, spelled } from '../../browser/format.ts'
import { isComposing } from '../../browser/keys.ts'
import { conditionsOf } from '../../measure/conditions.ts'
import { textBytesOf } from '../../measure/count-math.ts'
import { texts } from '../../i18n/i18n.ts'
import { servedTransports } from '../../network/links.ts'
import type { RoomController } from '../../room/room-controller.ts'
import { Glyph, labelOf, linkLabelOf } from '../shared/transport-label.tsx'

/** The last transport that a digit key selects. */
const LAST_DIGIT = 9

/**
 * The transports, each with its last measured cost. Keys 1, 2, 3 … choose too, while the switch has the focus: elsewhere a single
 * key may be text that was meant for another place, or come from speech input (WCAG 2.1.4).
 */
export function TransportSwitch({ controller }: { controller: RoomController }) {
  const group = useId()
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isComposing(event)) return
    const wanted = TRANSPORTS[Number(event.key) - 1]
    if (!wanted || !servedTransports.peek().includes(wanted)) return
    controller.use(wanted)
    // Without this, the arrow keys would continue from the option that had the focus.
    document.querySelector<HTMLInputElement>(`input[name="${CSS.escape(group)}"][value="${wanted}"]`)?.focus()
  }
  return (
    <div class="switch" role="radiogroup" aria-label={texts.value.transport.group} onKeyDown={press}>
      {TRANSPORTS.map((name, index) => (
        <TransportOption key={name} name={name} digit={index + 1} group={group} controller={controller} />
      ))}
    </div>
  )
}

interface TransportOptionProps {
  name: TransportName
  digit: number
  group: string
  controller: RoomController
}

function TransportOption({ name, digit, group, controller }: TransportOptionProps) {
  const { transport } = texts.value
  const tuning = controller.tuning.value
  const how = transport.how[name] ?? transport.howByMode[TRANSPORT_TRAITS[name].mode]
  const isServed = servedTransports.value.includes(name)
  return (
    <label
      class={TRANSPORT_TRAITS[name].isCommon ? 'transport-option' : 'transport-option secondary'}
      data-transport={name}
      title={isServed ? undefined : transport.offTitle}
    >
      <input
        type="radio"
        name={group}
        value={name}
        checked={controller.transport.value === name}
        disabled={!isServed}
        onChange={() => controller.use(name)}
      />
      <Glyph of={name} />
      <b>{labelOf(name)}</b>
      <kbd aria-hidden="true">{digit <= LAST_DIGIT && digit}</kbd>
      <span class="how">
        {isServed
          ? how({ interval: spelled(seconds(tuning.intervalMs)), hold: spelled(seconds(tuning.holdMs)) })
          : transport.off}
      </span>
      <LastCost name={name} controller={controller} />
    </label>
  )
}

function LastCost({ name, controller }: { name: TransportName; controller: RoomController }) {
  const { transport, tuning } = texts.value
  const cost = controller.meter.lastCosts.value[name]
  if (!cost) return <span class="last-cost none">{transport.notTried}</span>
  if (cost.bytesPerMessage === null) return <span class="last-cost none">{transport.noMessage}</span>
  const reading = controller.meter.reading.value
  const now = conditionsOf(name, controller.link.value, controller.tuning.value, controller.paddingBytes.value)
  const isOver =
    cost.profile !== now.profile ||
    cost.paddingBytes !== now.paddingBytes ||
    cost.waitMs !== now.waitMs ||
    isOther(cost.ratePerS, reading?.latency?.ratePerS ?? 0) ||
    isOther(cost.textBytes, reading ? textBytesOf(reading.counts) : 0)
  const conditions = [
    linkLabelOf(cost.profile),
    ...(cost.ratePerS > 0 ? [spelled(perSecond(roundedRate(cost.ratePerS)))] : []),
    ...(cost.paddingBytes > 0 ? [`${tuning.padding} ${spelled(bytes(cost.paddingBytes))}`] : []),
    ...(cost.waitMs === null || cost.waitMs === now.waitMs ? [] : [spelled(seconds(cost.waitMs))]),
  ].join(' · ')
  return (
    <span class="last-cost" title={`${transport.lastCostTitle} · ${conditions}`} data-over={isOver}>
      <span>{transport.perMessage(spelled(bytes(cost.bytesPerMessage)))}</span>
      {cost.p50 !== null && <span>{spelled(milliseconds(cost.p50))}</span>}
      <small>{conditions}</small>
    </span>
  )
}

/** To two digits: a rate is measured from random gaps. */
const roundedRate = (ratePerS: number): number => Number(ratePerS.toPrecision(ratePerS < 10 ? 1 : 2))

/** Two measured rates or sizes differ more than by chance. 0 is not known. */
const isOther = (before: number, current: number): boolean =>
  before > 0 && current > 0 && Math.max(before / current, current / before) > 2
