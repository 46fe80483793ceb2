import { useEffect, useId } from 'preact/hooks'
import { TRANSPORT_TRAITS, TRANSPORTS, type TransportName } from '../../../transports.ts'
import { bytes, milliseconds, seconds, spelled } from '../../browser/format.ts'
import { texts } from '../../i18n/i18n.ts'
import { served } from '../../network/links.ts'
import type { RoomController } from '../../room/room-controller.ts'
import { Glyph, labelOf } from '../shared/transport-label.tsx'

/** The last transport that a digit key selects. */
const LAST_DIGIT = 9

/** The transports, and what each was last seen to cost. Also by the keys 1, 2, 3 … where nobody is writing. */
export function Switch({ controller }: { controller: RoomController }) {
  const group = useId()
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isWriting(event.target)) return
      const wanted = TRANSPORTS[Number(event.key) - 1]
      if (wanted && served.peek().includes(wanted)) controller.use(wanted)
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }, [controller])
  return (
    <div class="switch" role="radiogroup" aria-label={texts.value.transport.group}>
      {TRANSPORTS.map((name, index) => (
        <Segment key={name} name={name} digit={index + 1} group={group} controller={controller} />
      ))}
    </div>
  )
}

interface SegmentProps {
  name: TransportName
  digit: number
  group: string
  controller: RoomController
}

function Segment({ name, digit, group, controller }: SegmentProps) {
  const { transport } = texts.value
  const tuning = controller.tuning.value
  const how = transport.how[name] ?? transport.howByMode[TRANSPORT_TRAITS[name].mode]
  const isServed = served.value.includes(name)
  return (
    <label
      class={TRANSPORT_TRAITS[name].isCommon ? 'seg' : 'seg around'}
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
      <SeenCost name={name} controller={controller} />
    </label>
  )
}

function SeenCost({ name, controller }: { name: TransportName; controller: RoomController }) {
  const { transport } = texts.value
  const seen = controller.meter.seen.value[name]
  if (!seen) return <span class="seen none">{transport.notTried}</span>
  if (seen.bytesPerMessage === null) return <span class="seen none">{transport.noMessage}</span>
  return (
    <span class="seen" title={transport.seenTitle}>
      <span>{transport.perMessage(spelled(bytes(seen.bytesPerMessage)))}</span>
      {seen.p50 !== null && <span>{spelled(milliseconds(seen.p50))}</span>}
    </span>
  )
}

/** A radio button or a slider takes no text. */
const isWriting = (target: EventTarget | null): boolean =>
  target instanceof HTMLTextAreaElement ||
  target instanceof HTMLSelectElement ||
  (target instanceof HTMLInputElement && target.type !== 'radio' && target.type !== 'range')
