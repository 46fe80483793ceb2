import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { milliseconds, spelled, tenth, whole } from '../../browser/format.ts'
import type { Plots, Reading } from '../../measure/meter-model.ts'
import { texts } from '../../i18n/i18n.ts'
import { modelP50Ms } from '../../measure/latency-model.ts'
import type { RoomController } from '../../room/room-controller.ts'
import { DotPlot } from '../shared/plots.tsx'

/** The delivery latency: both percentiles together, never one number alone, and every message as a dot. */
export function LatencyMeter({
  controller,
  reading,
  plots,
}: {
  controller: RoomController
  reading: Reading | null
  plots: Plots
}) {
  const { links, meters } = texts.value
  const frame = useRef<HTMLElement>(null)
  const size = useSignal({ width: 312, height: 100 })
  const latency = reading?.latency ?? null
  const clock = controller.clockReading
  const half = clock && spelled({ figure: tenth(clock.halfRoundTripMs), unit: 'ms' })

  useEffect(() => {
    if (!frame.current) return
    const observer = new ResizeObserver(([entry]) => {
      if (entry)
        size.value = { width: Math.round(entry.contentRect.width), height: Math.round(entry.contentRect.height) }
    })
    observer.observe(frame.current)
    return () => observer.disconnect()
  }, [size])

  /** Messages have arrived, but without the meter connection the clocks cannot be compared. */
  const isUntimed =
    clock === null && controller.meter.socketState.value === 'lost' && controller.messages.messageCount.value > 0
  const link = controller.link.value
  const model =
    reading && modelP50Ms(reading.transport, link, controller.tuning.value, reading.counts, latency?.ratePerS ?? 0)

  const [p50, p95] = latency ? [milliseconds(latency.p50), milliseconds(latency.p95)] : []
  return (
    <article class="wide latency">
      <h3 title={half === null ? meters.latencyUnknown : meters.latencyTitle(half)}>
        {meters.latency}
        {model !== null && (
          <small class="model" title={links.modelTitle(spelled(milliseconds(link?.rttMs ?? 0)))}>
            {links.model(spelled(milliseconds(model)))}
          </small>
        )}
        {latency && (
          <small class="basis" title={latency.late > 0 ? meters.lateTitle : undefined}>
            {meters.latencyOf(latency.messages, whole(latency.messages))}
            {latency.late > 0 && <span class="late"> · {meters.late(whole(latency.late))}</span>}
          </small>
        )}
      </h3>
      {latency && p50 && p95 ? (
        <p class="reading">
          <b>{p50.figure}</b>
          <i>{p50.unit}</i>
          <small>p50</small>
          <b>{p95.figure}</b>
          <i>{p95.unit}</i>
          <small>p95</small>
        </p>
      ) : (
        <p class="reading unknown">{isUntimed ? meters.notTimed : meters.noMessage}</p>
      )}
      <figure ref={frame}>
        <DotPlot
          plots={plots}
          size={size.value}
          label={p50 && p95 ? meters.plot(plots.dots.length, spelled(p50), spelled(p95)) : meters.plotEmpty}
        />
      </figure>
    </article>
  )
}
