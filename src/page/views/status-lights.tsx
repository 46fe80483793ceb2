import { modeOf } from '../measure/count-math.ts'
import { texts } from '../i18n/i18n.ts'
import type { RoomController } from '../room/room-controller.ts'

const CARRIERS = ['HTTP', 'WebSocket'] as const
const MODES = ['interval', 'held', 'streaming'] as const

/** The carrier and the mode. The lights are hidden from screen readers, which get a sentence instead. */
export function StatusLights({ controller }: { controller: RoomController }) {
  const { statusLights } = texts.value
  const { carrier, mode } = modeOf(controller.transport.value, controller.meter.reading.value?.counts)
  return (
    <div class="status-lights">
      <p class="sr" role="status">
        {statusLights.description(carrier, statusLights.modes[mode])}
      </p>
      <dl aria-hidden="true">
        <dt>{statusLights.carrier}</dt>
        <dd>
          {CARRIERS.map((name) => (
            <span key={name} class="light" data-on={name === carrier}>
              {name}
            </span>
          ))}
        </dd>
        <dt>{statusLights.mode}</dt>
        <dd>
          {MODES.map((name) => (
            <span key={name} class="light" data-on={name === mode}>
              {statusLights.modes[name]}
            </span>
          ))}
        </dd>
      </dl>
    </div>
  )
}
