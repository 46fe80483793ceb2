import { modeOf } from '../measure/count-math.ts'
import { texts } from '../i18n/i18n.ts'
import type { RoomController } from '../room/room-controller.ts'

const CARRIERS = ['HTTP', 'WebSocket'] as const
const MODES = ['interval', 'held', 'streaming'] as const

/** What carries, and how. The lamps are for the eye; the ear is told which are lit. */
export function Lamps({ controller }: { controller: RoomController }) {
  const { lamps } = texts.value
  const { carrier, mode } = modeOf(controller.transport.value, controller.meter.reading.value?.counts)
  return (
    <div class="lamps">
      <p class="sr" role="status">
        {lamps.spoken(carrier, lamps.modes[mode])}
      </p>
      <dl aria-hidden="true">
        <dt>{lamps.carrier}</dt>
        <dd>
          {CARRIERS.map((name) => (
            <span key={name} class="lamp" data-on={name === carrier}>
              {name}
            </span>
          ))}
        </dd>
        <dt>{lamps.mode}</dt>
        <dd>
          {MODES.map((name) => (
            <span key={name} class="lamp" data-on={name === mode}>
              {lamps.modes[name]}
            </span>
          ))}
        </dd>
      </dl>
    </div>
  )
}
