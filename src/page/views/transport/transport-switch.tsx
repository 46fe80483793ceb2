import { useEffect, useId } from 'preact/hooks'
import { TRANSPORT_TRAITS, TRANSPORTS, type TransportName } from '../../../transports.ts'
import { bytes, milliseconds, seconds, spelled } from '../../browser/format.ts'
import { texts } from '../../i18n/i18n.ts'
import { servedTransports } from '../../network/links.ts'
import type { RoomController } from '../../room/room-controller.ts'
import { Glyph, labelOf } from '../shared/transport-label.tsx'

/** The last transport that a digit key selects. */
const LAST_DIGIT = 9

/** The transports, each with its last measured cost. Keys 1, 2, 3 … choose too, outside text fields. */
export function TransportSwitch({ controller }: { controller: RoomController }) {
  const group = useId()
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isWriting(event.target)) return
      const wanted = TRANSPORTS[Number(event.key) - 1]
      if (wanted && servedTransports.peek().includes(wanted)) controller.use(wanted)
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }, [controller])
  return (
    <div class="switch" role="radiogroup" aria-label={texts.value.transport.group}>
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
  const { transport } = texts.value
  const cost = controller.meter.lastCosts.value[name]
  if (!cost) return <span class="last-cost none">{transport.notTried}</span>
  if (cost.bytesPerMessage === null) return <span class="last-cost none">{transport.noMessage}</span>
  return (
    <span class="last-cost" title={transport.lastCostTitle}>
      <span>{transport.perMessage(spelled(bytes(cost.bytesPerMessage)))}</span>
      {cost.p50 !== null && <span>{spelled(milliseconds(cost.p50))}</span>}
    </span>
  )
}

/** A radio button or a slider is no text field. */
const isWriting = (target: EventTarget | null): boolean =>
  target instanceof HTMLTextAreaElement ||
  target instanceof HTMLSelectElement ||
  (target instanceof HTMLInputElement && target.type !== 'radio' && target.type !== 'range')
