import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { useEffect, useId, useMemo, useRef } from 'preact/hooks'
import { BYTE_PARTS } from '../../../meter.ts'
import type { TransportName } from '../../../protocol.ts'
import { now } from '../../measure/clock.ts'
import { seconds, spelled, whole } from '../../browser/format.ts'
import { saveFile, timedName } from '../../browser/save-file.ts'
import { texts } from '../../i18n/i18n.ts'
import { sumOf } from '../../measure/count-math.ts'
import { Camera } from '../../wire/drawing/camera.ts'
import { toJson, toSvg } from '../../wire/drawing/export.ts'
import { timeOf, type Arrow } from '../../wire/items.ts'
import { readPalette } from '../../wire/drawing/palette.ts'
import type { Total, WireRecords } from '../../wire/wire-records.ts'
import { labelOf } from '../shared/transport-label.tsx'
import { Diagram, sceneOf } from './wire-diagram.tsx'
import { WireList } from './wire-list.tsx'
import { PathReadout, Readout } from './wire-readout.tsx'
import { exactBytes } from './wire-words.ts'

/** How often the list and the texts are updated. */
const UPDATE_MS = 350
/** Without the user, the readout changes at most once in this time, so that it can be read. */
const CALM_MS = 1000
/** Rows in the list: as a table, and behind the diagram for the keyboard only. */
const ROWS = { table: 200, diagram: 80 }

/** The traffic of a page's connections, as a drawing and as a list. Depends on the records only. */
export function WireView({ wire, name }: { wire: WireRecords; name: string }) {
  const { wire: words, meters } = texts.value
  const title = useId()
  const listId = useId()
  const camera = useMemo(() => new Camera(), [])
  const isTable = useSignal(false)
  /** The selected arrow, and the arrow under the mouse. */
  const picked = useSignal<Arrow | null>(null)
  const hovered = useSignal<Arrow | null>(null)
  const shown = useSignal<readonly Arrow[]>([])
  const followed = wire.followed.value
  const lit = useLitArrows(wire, followed)

  /** The picture is held because the mouse is at an arrow. */
  const isHeldByMouse = useRef(false)

  const point = (arrow: Arrow | null) => {
    hovered.value = arrow
    if (!arrow || !camera.isLive.peek()) return
    isHeldByMouse.current = true
    camera.pause()
  }
  const leavePicture = () => {
    if (isHeldByMouse.current) camera.live()
    isHeldByMouse.current = false
  }
  const step = (arrow: Arrow) => {
    isHeldByMouse.current = false
    picked.value = arrow
    camera.show(timeOf(arrow), arrow.arrivedAt ?? timeOf(arrow))
  }
  const leave = () => {
    picked.value = null
    wire.followed.value = null
    camera.live()
  }

  const rows = isTable.value ? ROWS.table : ROWS.diagram
  useEffect(() => {
    const show = () => (shown.value = windowOf(wire, camera, rows, picked.peek(), wire.followed.peek()))
    show()
    const timer = setInterval(show, UPDATE_MS)
    return () => clearInterval(timer)
  }, [wire, camera, rows, followed, picked.value, camera.heldAt.value, shown, picked])

  // A message followed from the chat: its arrows must be visible.
  useEffect(() => {
    // An effect may run late, when the message is no longer followed.
    if (followed === null || followed !== wire.followed.peek()) return
    if (!picked.peek()?.messages.includes(followed)) picked.value = null
    const times = litArrows(wire, followed).map(timeOf)
    if (times.length > 0) camera.show(Math.min(...times), Math.max(...times))
  }, [followed, wire, camera, picked])

  const asked = hovered.value ?? picked.value
  const arrow = freshOf(shown.value, asked)
  const readout = useCalm(
    () =>
      followed !== null && !asked ? (
        <PathReadout wire={wire} id={followed} arrows={lit} />
      ) : (
        <Readout wire={wire} arrow={arrow ?? notable(shown.value)} isBrief={!asked} isSpoken={picked.value !== null} />
      ),
    `${asked?.key} ${picked.value !== null} ${followed} ${lit.length} ${shown.value.length === 0} ${words.title}`,
  )
  const size = { width: 560, height: 640 }
  const download = (format: 'svg' | 'json') => {
    const file =
      format === 'json'
        ? toJson(wire)
        : toSvg(readPalette(document.body), {
            ...sceneOf(wire, camera, arrow?.key ?? null),
            view: { ...size, endAt: camera.endAt, spanMs: camera.spanMs.peek() },
          })
    const type = format === 'json' ? 'application/json' : 'image/svg+xml'
    saveFile(timedName(`wire-${name}`, format), new Blob([file], { type }))
  }

  return (
    <section class="panel wire" aria-labelledby={title} data-shows={isTable.value ? 'table' : 'diagram'}>
      <header class="head">
        <h2 id={title}>{words.title}</h2>
        <ul class="key" aria-label={words.legend} title={meters.partsTitle}>
          {BYTE_PARTS.map((part) => (
            <li key={part}>
              <i class={part} />
              {meters[part]}
            </li>
          ))}
          <li>
            <i class="empty" />
            {words.emptyKey}
          </li>
        </ul>
      </header>
      <div class="tools">
        <button
          type="button"
          data-on={!camera.isLive.value}
          title={camera.isLive.value ? words.pauseTitle : words.liveTitle}
          onClick={() => {
            isHeldByMouse.current = false
            if (camera.isLive.peek()) camera.pause()
            else leave()
          }}
        >
          <svg viewBox="0 0 16 16" aria-hidden="true">
            {camera.isLive.value ? (
              <path d="M5 3.5v9M11 3.5v9" stroke="currentColor" stroke-width="2" />
            ) : (
              <path d="M4.5 3l8 5-8 5z" fill="currentColor" />
            )}
          </svg>
          {camera.isLive.value ? words.pause : words.live}
        </button>
        <button
          type="button"
          class="zoom"
          aria-label={words.zoomOut}
          title={words.zoomOut}
          onClick={() => camera.zoom(false)}
        >
          −
        </button>
        <output title={words.span(spelled(seconds(camera.spanMs.value)))}>
          {spelled(seconds(camera.spanMs.value))}
        </output>
        <button
          type="button"
          class="zoom"
          aria-label={words.zoomIn}
          title={words.zoomIn}
          onClick={() => camera.zoom(true)}
        >
          +
        </button>
        <button
          type="button"
          class="first"
          aria-pressed={isTable.value}
          onClick={() => (isTable.value = !isTable.value)}
        >
          {words.table}
        </button>
        {(['svg', 'json'] as const).map((format) => (
          <button
            key={format}
            type="button"
            title={words.exportAs(format.toUpperCase())}
            aria-label={words.exportAs(format.toUpperCase())}
            onClick={() => download(format)}
          >
            {format.toUpperCase()}
          </button>
        ))}
      </div>
      <div class="picture">
        {!isTable.value && (
          <Diagram
            wire={wire}
            camera={camera}
            at={picked.value?.key ?? null}
            point={point}
            leave={leavePicture}
            pick={(found) => {
              if (found) step(found)
              else picked.value = null
              const [message] = found?.messages ?? []
              if (message !== undefined && wire.followed.peek() !== message) wire.follow(message)
            }}
          />
        )}
        <WireList
          id={listId}
          arrows={shown.value}
          at={picked.value?.key ?? null}
          followed={followed}
          step={step}
          follow={(id) => wire.follow(id)}
          leave={leave}
          zoom={(isCloser) => camera.zoom(isCloser)}
        />
      </div>
      {readout}
      <Totals totals={[...wire.totals]} dropped={wire.dropped} />
    </section>
  )
}

/** The same element until `key` changes or a while is over. */
function useCalm(element: () => VNode, key: string): VNode {
  const last = useRef<{ key: string; at: number; element: VNode } | null>(null)
  const at = now()
  if (last.current?.key !== key || at - last.current.at >= CALM_MS) last.current = { key, at, element: element() }
  return last.current.element
}

/** The sums of the records, to the byte. */
function Totals({ totals, dropped }: { totals: readonly [TransportName, Total][]; dropped: number }) {
  const { wire: words } = texts.value
  return (
    <p class="totals" title={words.totals}>
      <span class="sr">{words.totals}</span>
      {totals.map(([transport, { up, down, arrows }]) => (
        <span
          key={transport}
          data-transport={transport}
          data-arrows={arrows}
          data-now={transport === totals.at(-1)?.[0]}
        >
          <b>{labelOf(transport)}</b> <i aria-hidden="true">↑</i>
          <span class="sr">{words.up}</span> <data value={String(sumOf(up))}>{exactBytes(sumOf(up))}</data>{' '}
          <i aria-hidden="true">↓</i>
          <span class="sr">{words.down}</span> <data value={String(sumOf(down))}>{exactBytes(sumOf(down))}</data>
        </span>
      ))}
      {dropped > 0 && <span>{words.dropped(whole(dropped))}</span>}
    </p>
  )
}

/** The rows around the selected arrow, or the newest rows. */
function windowOf(
  wire: WireRecords,
  camera: Camera,
  count: number,
  picked: Arrow | null,
  followed: string | null,
): readonly Arrow[] {
  const heldAt = camera.heldAt.peek()
  if (!picked && followed === null && heldAt === null) {
    const newest = wire.items.at(-count)?.begunAt ?? 0
    return wire.arrows(newest, now()).slice(-count)
  }
  const all = wire.arrows()
  const at = picked
    ? all.findIndex(({ key }) => key === picked.key)
    : followed === null
      ? all.findLastIndex((arrow) => timeOf(arrow) <= (heldAt ?? now()))
      : all.findIndex(({ messages }) => messages.includes(followed))
  const middle = at < 0 ? all.length : at
  return all.slice(Math.max(0, middle - count / 2), middle + count / 2)
}

const litArrows = (wire: WireRecords, id: string): Arrow[] =>
  wire.arrows().filter(({ messages }) => messages.includes(id))

/** The arrows of a message's path; updated as records arrive. */
function useLitArrows(wire: WireRecords, followed: string | null): readonly Arrow[] {
  const lit = useSignal<readonly Arrow[]>([])
  useEffect(() => {
    const update = () => (lit.value = followed === null ? [] : litArrows(wire, followed))
    update()
    if (followed === null) return
    const timer = setInterval(update, UPDATE_MS)
    return () => clearInterval(timer)
  }, [wire, followed, lit])
  return lit.value
}

/** The same arrow with its current data. */
const freshOf = (arrows: readonly Arrow[], arrow: Arrow | null): Arrow | null =>
  arrow && (arrows.find(({ key }) => key === arrow.key) ?? arrow)

/** The arrow shown without a selection: the last that delivered a message, or else the last answer. */
const notable = (arrows: readonly Arrow[]): Arrow | null =>
  arrows.findLast(({ way, messages, isEmpty }) => way === 'down' && messages.length > 0 && !isEmpty) ??
  arrows.findLast(({ way, transport }) => way === 'down' && transport !== null) ??
  arrows.at(-1) ??
  null
