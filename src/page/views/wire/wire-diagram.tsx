import { useEffect, useRef } from 'preact/hooks'
import { now } from '../../measure/clock.ts'
import { isLecture, LECTURE_ZOOM } from '../../browser/lecture.ts'
import { texts } from '../../i18n/i18n.ts'
import type { Camera } from '../../wire/drawing/camera.ts'
import type { Arrow } from '../../wire/items.ts'
import { paintWire } from '../../wire/drawing/paint.ts'
import { readPalette, type Palette } from '../../wire/drawing/palette.ts'
import { CanvasPen } from '../../wire/drawing/pen.ts'
import type { DrawnArrow, Scene } from '../../wire/drawing/scene.ts'
import type { WireRecords } from '../../wire/wire-records.ts'
import { paintWords } from './wire-words.ts'

/** With reduced motion the picture moves in steps. */
const STEP_MS = 1000
/** A frame this long after a drawn frame is late: the chat needs frames too. */
const LATE_MS = 30
/** Frames skipped between two pictures, at most, on a machine that cannot keep up. */
const MOST_LEFT_OUT = 12
/** Within this distance, the pointer is on an arrow. */
const NEAR_PX = 8
/** A narrower drawing is not enlarged in a lecture. */
const LECTURE_PX = 560
/** Pixels per line, where a wheel counts in lines. */
const LINE_PX = 16

const darkness = matchMedia('(prefers-color-scheme: dark)')
const stillness = matchMedia('(prefers-reduced-motion: reduce)')

interface DiagramProps {
  wire: WireRecords
  camera: Camera
  /** Key of the arrow that is chosen in the list or by a click. */
  at: string | null
  point: (arrow: Arrow | null) => void
  /** The pointer leaves the drawing. */
  leave: () => void
  pick: (arrow: Arrow | null) => void
}

/** A scene without its view. */
export const sceneOf = (wire: WireRecords, camera: Camera, pointed: string | null): Omit<Scene, 'view'> => ({
  ...wire.times,
  items: wire.items,
  messages: wire.messages,
  pointed,
  followed: wire.followed.peek(),
  words: paintWords(wire),
})

/** The drawing. Redrawn with each frame while it is live, otherwise after a change. */
export function Diagram({ wire, camera, at, point, leave, pick }: DiagramProps) {
  const { wire: words } = texts.value
  const canvas = useRef<HTMLCanvasElement>(null)
  const drawn = useRef<DrawnArrow[]>([])
  const zoomNow = useRef(1)
  const hovered = useRef<string | null>(null)
  const pointed = useRef(at)
  pointed.current = at

  useEffect(() => {
    const element = canvas.current
    const context = element?.getContext('2d')
    if (!element || !context) return
    const size = { width: 0, height: 0 }
    let palette: { of: string; is: Palette } | null = null
    let drawnAs = ''
    let frames = 0
    let frame = 0
    let pace = { leaveOut: 0, left: 0, drawnAt: 0, isDrawn: false }

    const draw = (at: number) => {
      frame = requestAnimationFrame(draw)
      frames += 1
      if (pace.isDrawn) {
        const isLate = at - pace.drawnAt > LATE_MS
        const leaveOut = isLate ? Math.min(2 * pace.leaveOut + 1, MOST_LEFT_OUT) : Math.max(0, pace.leaveOut - 1)
        pace = { leaveOut, left: leaveOut, drawnAt: at, isDrawn: false }
      }
      if (pace.left > 0) {
        pace.left -= 1
        return
      }
      const heldAt = camera.heldAt.peek()
      const isStill = stillness.matches
      const endAt = heldAt ?? (isStill ? Math.ceil(now() / STEP_MS) * STEP_MS : now())
      const look = `${document.documentElement.dataset['theme'] ?? ''} ${darkness.matches} ${document.documentElement.lang}`
      const as = [look, heldAt !== null || isStill ? endAt : frames, wire.version.peek(), wire.followed.peek()]
      const key = [...as, pointed.current, hovered.current, camera.spanMs.peek(), size.width, size.height].join(' ')
      if (key === drawnAs || size.width === 0) return
      drawnAs = key
      if (palette?.of !== look) palette = { of: look, is: readPalette(element.parentElement ?? element) }
      // Not devicePixelRatio: the window may have been moved to another screen.
      const scale = element.width / size.width
      context.setTransform(scale, 0, 0, scale, 0, 0)
      context.clearRect(0, 0, size.width, size.height)
      const pen = new CanvasPen()
      const view = { ...size, endAt, spanMs: camera.spanMs.peek() }
      const scene = { ...sceneOf(wire, camera, hovered.current ?? pointed.current), view }
      drawn.current = paintWire(pen, palette.is, scene)
      pen.drawOn(context)
      pace = { ...pace, drawnAt: at, isDrawn: true }
    }

    const observer = new ResizeObserver(([entry]) => {
      if (!entry) return
      const zoom = isLecture.peek() && entry.contentRect.width >= LECTURE_PX ? LECTURE_ZOOM : 1
      zoomNow.current = zoom
      size.width = Math.round(entry.contentRect.width / zoom)
      size.height = Math.round(entry.contentRect.height / zoom)
      element.width = size.width * zoom * devicePixelRatio
      element.height = size.height * zoom * devicePixelRatio
    })
    observer.observe(element.parentElement ?? element)
    frame = requestAnimationFrame(draw)
    return () => {
      cancelAnimationFrame(frame)
      observer.disconnect()
    }
  }, [wire, camera])

  useEffect(() => {
    const element = canvas.current
    if (!element) return
    const wheel = (event: WheelEvent) => {
      event.preventDefault()
      if (event.ctrlKey || event.metaKey) camera.zoom(event.deltaY < 0)
      else {
        const px = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PX : 1)
        camera.scroll((px / element.clientHeight) * camera.spanMs.peek())
      }
    }
    // Not by an attribute: its listener would be passive and could not prevent scrolling.
    element.addEventListener('wheel', wheel, { passive: false })
    return () => element.removeEventListener('wheel', wheel)
  }, [camera])

  const arrowAt = ({ offsetX, offsetY }: MouseEvent): Arrow | null => {
    return nearest(drawn.current, offsetX / zoomNow.current, offsetY / zoomNow.current)
  }
  const hover = (arrow: Arrow | null) => {
    if (hovered.current === (arrow?.key ?? null)) return
    hovered.current = arrow?.key ?? null
    point(arrow)
  }
  /** The arrow is the one that was pressed: a live picture moves on until the pointer is released. */
  const drag = useRef<{ y: number; isDragged: boolean; arrow: Arrow | null } | null>(null)
  return (
    <figure class="diagram">
      <canvas
        ref={canvas}
        role="img"
        aria-label={words.diagram}
        onPointerDown={(event) => (drag.current = { y: event.clientY, isDragged: false, arrow: arrowAt(event) })}
        onPointerMove={(event) => {
          // The button was released outside the window, without an event.
          if (event.buttons === 0) drag.current = null
          const held = drag.current
          if (!held) {
            hover(arrowAt(event))
            return
          }
          const px = held.y - event.clientY
          if (!held.isDragged && Math.abs(px) < NEAR_PX) return
          event.currentTarget.setPointerCapture(event.pointerId)
          drag.current = { ...held, y: event.clientY, isDragged: true }
          camera.scroll((px / event.currentTarget.clientHeight) * camera.spanMs.peek())
        }}
        onPointerUp={() => {
          if (drag.current?.isDragged === false) pick(drag.current.arrow)
          drag.current = null
        }}
        onPointerCancel={() => (drag.current = null)}
        onPointerLeave={() => {
          hover(null)
          leave()
        }}
      />
    </figure>
  )
}

/** The arrow nearest to a point, if it is near enough. */
function nearest(drawn: readonly DrawnArrow[], x: number, y: number): Arrow | null {
  let best: { arrow: Arrow; px: number } | null = null
  for (const { arrow, x1, y1, x2, y2 } of drawn) {
    const along = Math.max(0, Math.min(1, (x - x1) / (x2 - x1)))
    const px = Math.hypot(x - (x1 + along * (x2 - x1)), y - (y1 + along * (y2 - y1)))
    if (px <= NEAR_PX && px < (best?.px ?? Number.POSITIVE_INFINITY)) best = { arrow, px }
  }
  return best?.arrow ?? null
}
