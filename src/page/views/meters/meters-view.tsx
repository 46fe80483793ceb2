import type { ComponentChildren } from 'preact'
import { useEffect, useId } from 'preact/hooks'
import { bytesPerMessage, modeOf, emptyShare, textBytesOf } from '../../measure/count-math.ts'
import { bytes, percent, seconds, spelled, tenth, timeOfDay, whole, type Figure } from '../../browser/format.ts'
import type { Plots, Reading } from '../../measure/meter-model.ts'
import { language, texts } from '../../i18n/i18n.ts'
import { CONNECTIONS_PER_PORT, isMultiplexed } from '../../network/http-version.ts'
import type { RoomController } from '../../room/room-controller.ts'
import { heldRequests } from '../../state/tab-requests.ts'
import { Bytes } from './bytes-view.tsx'
import { LatencyMeter } from './latency-view.tsx'
import { Sparkline } from '../shared/plots.tsx'

export function Meters({ controller }: { controller: RoomController }) {
  const { meters } = texts.value
  const title = useId()
  const reading = controller.meter.reading.value
  const plots = controller.meter.plots.value
  const socketState = controller.meter.socketState.value
  useEffect(() => controller.meter.tick(), [controller])
  const begun = reading && timeOfDay(reading.begunAt, language.value)
  const since = begun === null ? undefined : reading?.isSwitch ? meters.sinceSwitch(begun) : meters.sinceJoined(begun)
  return (
    <section class="panel meters-panel" aria-labelledby={title}>
      <header class="head">
        <h2 id={title}>{meters.title}</h2>
        <p class="since" title={since}>
          {reading && reading.outages.count > 0 ? (
            <strong>{meters.outages(reading.outages.count, spelled(seconds(tenths(reading.outages.ms))))}</strong>
          ) : (
            since
          )}
        </p>
      </header>
      {socketState === 'lost' && (
        <div class="problem">
          <p role="status">{meters.meterConnectionLost}</p>
        </div>
      )}
      {reading?.stuck && (
        <div class="problem">
          <p role="status">{meters.stuck(spelled(bytes(reading.stuck.bytes)))}</p>
        </div>
      )}
      <div class="meters" data-stale={socketState === 'lost'} role="group" aria-labelledby={title} tabIndex={0}>
        <LatencyMeter controller={controller} reading={reading} plots={plots} />
        <Requests reading={reading} plots={plots} />
        <Empty reading={reading} plots={plots} />
        <Connections reading={reading} controller={controller} />
        <PerMessage reading={reading} plots={plots} />
        <Bytes reading={reading} plots={plots} />
      </div>
    </section>
  )
}

/** The delivery latency alone. */
export function LatencyPanel({ controller }: { controller: RoomController }) {
  const title = useId()
  useEffect(() => controller.meter.tick(), [controller])
  return (
    <section class="panel latency-panel" aria-labelledby={title}>
      <h2 class="sr" id={title}>
        {texts.value.meters.title}
      </h2>
      <LatencyMeter
        controller={controller}
        reading={controller.meter.reading.value}
        plots={controller.meter.plots.value}
      />
    </section>
  )
}

/** ms, rounded to tenths of a second. */
const tenths = (ms: number): number => Math.max(100, Math.round(ms / 100) * 100)

interface MeterProps {
  reading: Reading | null
  plots: Plots
}

interface FrameProps {
  title: string
  about?: string
  figure: Figure | string
  sub: ComponentChildren
  children?: ComponentChildren
}

/** One meter. A text in place of the figure says why there is none. */
function Meter({ title, about, figure, sub, children }: FrameProps) {
  return (
    <article>
      <h3 title={about}>{title}</h3>
      {typeof figure === 'string' ? (
        <p class="reading unknown">{figure}</p>
      ) : (
        <p class="reading">
          <b>{figure.figure}</b>
          <i>{figure.unit}</i>
        </p>
      )}
      <p class="sub">{sub}</p>
      {children}
    </article>
  )
}

function Requests({ reading, plots }: MeterProps) {
  const { meters } = texts.value
  const rate = reading?.requestsPerS ?? null
  const figure = { figure: rate === 0 ? '0' : tenth(rate ?? 0), unit: meters.perSecond }
  const { requests = 0, frames = 0 } = reading?.counts ?? {}
  return (
    <Meter
      title={meters.requests}
      figure={!reading ? meters.nothing : rate === null ? meters.measuring : figure}
      sub={
        reading &&
        [meters.total(whole(requests)), frames > 0 && meters.frames(whole(frames))].filter(Boolean).join(' · ')
      }
    >
      <Sparkline plots={plots} read={({ requestsPerS }) => requestsPerS} />
    </Meter>
  )
}

function Empty({ reading, plots }: MeterProps) {
  const { meters } = texts.value
  const share = reading && emptyShare(reading.transport, reading.counts)
  const isAsking = reading && modeOf(reading.transport, reading.counts).mode !== 'streaming'
  return (
    <Meter
      title={meters.empty}
      figure={share !== null ? percent(share) : reading ? { figure: meters.none, unit: '' } : meters.nothing}
      sub={
        reading &&
        (isAsking ? meters.emptyOf(whole(reading.counts.empty), whole(reading.counts.polls)) : meters.neverAsked)
      }
    >
      <Sparkline plots={plots} read={(point) => point.emptyShare} />
    </Meter>
  )
}

function Connections({ reading, controller }: { reading: Reading | null; controller: RoomController }) {
  const { meters } = texts.value
  const open = reading?.connections ?? null
  const isSocket = modeOf(controller.transport.value, reading?.counts).carrier === 'WebSocket'
  const { own: ownStreams, others } = heldRequests.value
  if (isMultiplexed) {
    const streams = ownStreams + others
    return (
      <Meter
        title={meters.connections}
        about={meters.multiplexed}
        figure={open === null ? meters.nothing : { figure: whole(open), unit: meters.openNow }}
        sub={reading && meters.streams(streams, whole(streams))}
      >
        <p class="slots" aria-hidden="true" data-http="2" title={meters.multiplexed}>
          {Array.from({ length: streams }, (_, index) => (
            <i key={index} data-on={index < ownStreams ? 'true' : 'other'} />
          ))}
        </p>
      </Meter>
    )
  }
  const own =
    open === null ? 0 : Math.max(0, isSocket && controller.connection.status.value.name === 'open' ? open - 1 : open)
  const isFull = own + others >= CONNECTIONS_PER_PORT
  return (
    <Meter
      title={meters.connections}
      about={isSocket ? `${meters.idleTitle} ${meters.slotsTitle}` : meters.slotsTitle}
      figure={open === null ? meters.nothing : { figure: whole(open), unit: meters.openNow }}
      sub={
        isFull ? (
          <span class="full" role="alert">
            {meters.slotsFull}
          </span>
        ) : (
          reading &&
          (isSocket && own > 0
            ? meters.socketAndIdle(own)
            : (isSocket ? meters.opened : meters.openedOfSix)(whole(reading.counts.opened)))
        )
      }
    >
      {open !== null && (
        <p class="slots" aria-hidden="true" data-full={isFull} title={meters.slotsTitle}>
          {Array.from({ length: CONNECTIONS_PER_PORT }, (_, index) => (
            <i key={index} data-on={index < own ? 'true' : index < own + others ? 'other' : 'false'} />
          ))}
        </p>
      )}
    </Meter>
  )
}

function PerMessage({ reading, plots }: MeterProps) {
  const { meters } = texts.value
  const all = reading && bytesPerMessage(reading.transport, reading.counts)
  const text = reading && textBytesOf(reading.counts)
  return (
    <Meter
      title={meters.perMessage}
      about={meters.perMessageTitle}
      figure={all === null ? meters.noMessage : bytes(all)}
      sub={all !== null && text !== null && meters.ofWhichText(spelled(bytes(text)))}
    >
      <Sparkline plots={plots} read={(point) => point.bytesPerMessage} />
    </Meter>
  )
}
