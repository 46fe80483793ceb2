import { useSignal } from '@preact/signals'
import { transports } from '../../../client/transports/index.ts'
import { DIRECT, links } from '../../network/links.ts'
import { PADDING_BYTES } from '../../network/padding.ts'
import { seconds, spelled } from '../../browser/format.ts'
import { texts } from '../../i18n/i18n.ts'
import type { RoomController } from '../../room/room-controller.ts'
import { setTuning, setProfile } from '../../state/store.ts'
import { HOLDS_MS, INTERVALS_MS } from '../../state/tuning-steps.ts'
import { BotSelect } from './bot-select.tsx'
import { LinkSelect } from './link-select.tsx'
import { SizeSelect } from './size-select.tsx'
import { isPhone } from '../shared/screen.ts'

export function TransportSettings({ controller }: { controller: RoomController }) {
  const { tuning: words, links: linkWords } = texts.value
  const { intervalMs, holdMs } = controller.tuning.value
  const { mode } = transports[controller.transport.value]
  return (
    <details class="tuning" open={!isPhone.value}>
      <summary>
        <span>{words.group}</span>
        <span class="values">
          {words.interval} {spelled(seconds(intervalMs))} · {words.hold} {spelled(seconds(holdMs))}
        </span>
      </summary>
      <div class="row">
        <IntervalSlider controller={controller} isOff={mode !== 'interval'} />
        <TuningSlider
          label={words.hold}
          title={mode === 'held' ? words.holdTitle : words.holdOff}
          isOff={mode !== 'held'}
          steps={HOLDS_MS}
          value={holdMs}
          set={(ms) => setTuning(controller, { holdMs: ms })}
        />
        {isPhone.value && <BotSelect />}
        {links.value.length > 0 && (
          <label class="setting link">
            <span>{linkWords.label}</span>
            <LinkSelect
              value={controller.link.value?.profile ?? DIRECT}
              label={linkWords.label}
              onChoose={setProfile}
            />
          </label>
        )}
        <SizeSelect
          className="setting padding"
          label={words.padding}
          title={words.paddingTitle}
          value={controller.paddingBytes.value}
          sizes={PADDING_BYTES}
          other={words.paddingNone}
          set={(bytes) => controller.pad(bytes ?? 0)}
        />
      </div>
    </details>
  )
}

/** The interval from poll to poll. */
export function IntervalSlider({ controller, isOff }: { controller: RoomController; isOff: boolean }) {
  const { tuning: words } = texts.value
  return (
    <TuningSlider
      label={words.interval}
      title={isOff ? words.intervalOff : words.intervalTitle}
      isOff={isOff}
      steps={INTERVALS_MS}
      value={controller.tuning.value.intervalMs}
      set={(ms) => setTuning(controller, { intervalMs: ms })}
    />
  )
}

interface TuningSliderProps {
  label: string
  title: string
  isOff: boolean
  steps: readonly number[]
  value: number
  set: (value: number) => void
}

/** Takes effect when it is released, since each change opens a new connection. */
function TuningSlider({ label, title, isOff, steps, value, set }: TuningSliderProps) {
  const held = useSignal<number | null>(null)
  const shown = held.value ?? value
  const index = Math.max(0, steps.indexOf(shown))
  const { figure, unit } = seconds(shown)
  const stepOf = (input: HTMLInputElement) => steps[Number(input.value)] ?? value
  return (
    <label class="setting" title={title} data-off={isOff}>
      <span>{label}</span>
      <input
        type="range"
        min={0}
        max={steps.length - 1}
        value={index}
        disabled={isOff}
        aria-valuetext={`${figure} ${unit}`}
        style={{ '--v': `${(index / (steps.length - 1)) * 100}%` }}
        onInput={({ currentTarget }) => (held.value = stepOf(currentTarget))}
        onChange={({ currentTarget }) => {
          held.value = null
          set(stepOf(currentTarget))
        }}
      />
      <output>
        {figure}
        <i>{unit}</i>
      </output>
    </label>
  )
}
