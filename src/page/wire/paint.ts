import { transports } from '../../client/transports/index.ts'
import type { ByteSplit, TransportName } from '../../protocol.ts'
import { arrowsOf, type Arrow, type Carried, type ExchangeItem, type Item } from './items.ts'
import { lane } from './labels.ts'
import type { Hue, Palette } from './palette.ts'
import type { Label, Look, Pen } from './pen.ts'
import { gridStep, scaleOf, type Scale, type View } from './scale.ts'

/** What is drawn, and what of it is pointed at. */
export interface Scene {
  view: View
  /** The page's clock now; what has not ended goes on to here. */
  nowAt: number
  items: readonly Item[]
  messages: ReadonlyMap<string, Carried>
  toPage: (serverAt: number) => number
  /** Key of the arrow that is pointed at. */
  pointed: string | null
  /** Id of the message whose way is lit. */
  followed: string | null
  words: PaintWords
}

/** The few words in the drawing. */
export interface PaintWords {
  client: string
  server: string
  /** How long a byte takes one way, as far as it is known. */
  each: string | null
  tick: (at: number, stepMs: number) => string
  parked: (ms: number, isOver: boolean) => string
  until: (seq: number) => string
  waited: (ms: number) => string
  shown: (ms: number) => string
  stored: (seq: number) => string
  arrow: (arrow: Arrow, isAgain: boolean) => string
  transport: (name: TransportName) => string
}

const LAYER = {
  grid: 0,
  band: 1,
  life: 2,
  halo: 3,
  wait: 4,
  parked: 5,
  line: 6,
  gap: 7,
  slug: 8,
  head: 9,
  mark: 10,
  turn: 11,
}

/** An arrow where it was drawn, so that it can be pointed at. */
export interface DrawnArrow {
  arrow: Arrow
  x1: number
  y1: number
  x2: number
  y2: number
}

/** A wait shorter than this is drawn, and not told of. */
const NOTABLE_MS = 60
/** A request that comes so soon after an answer is its consequence. */
const AGAIN_MS = 100
/** With more arrows than this each is a line and its bytes: nobody could read more. */
const CROWD = 350
/** Characters that reach from the client's line to where the ticks stand. */
const LONG_WORDS = 11
/** Items this far beyond the edge are looked at: so that labels do not jump when their neighbours leave. */
const MARGIN_PX = 60

/** Draws the sequence diagram. Returns the arrows that can be seen. */
export function paintWire(pen: Pen, palette: Palette, scene: Scene): DrawnArrow[] {
  return new Painter(pen, palette, scene).paint()
}

class Painter {
  readonly #pen: Pen
  readonly #palette: Palette
  readonly #scene: Scene
  readonly #scale: Scale
  readonly #left
  readonly #right
  readonly #drawn: DrawnArrow[] = []
  readonly #ticks: Label[] = []
  #isCrowd = false

  constructor(pen: Pen, palette: Palette, scene: Scene) {
    this.#pen = pen
    this.#palette = palette
    this.#scene = scene
    this.#scale = scaleOf(scene.view)
    this.#left = lane(this.#scale.client - 13, 'right')
    this.#right = lane(this.#scale.server + 15, 'left')
  }

  paint(): DrawnArrow[] {
    const { items } = this.#scene
    this.#grid()
    const visible = items.filter((item) => this.#isVisible(item))
    this.#isCrowd = visible.length > CROWD
    const carriers = new Map<string, Arrow>()
    let lastAnswer: { at: number; transport: TransportName } | null = null
    for (const item of visible) {
      if (item.type === 'turn') {
        this.#turn(item)
        continue
      }
      for (const arrow of arrowsOf(item, this.#scene.toPage)) {
        if (arrow.bytes && arrow.bytes.headers + arrow.bytes.framing + arrow.bytes.payload === 0) continue
        const isAgain =
          arrow.way === 'up' &&
          item.type === 'exchange' &&
          item.record?.kind === 'poll' &&
          lastAnswer?.transport === arrow.transport &&
          (arrow.leftAt ?? 0) - lastAnswer.at < AGAIN_MS
        this.#arrow(arrow, isAgain)
        if (arrow.way === 'down') for (const id of arrow.messages) if (brings(arrow)) carriers.set(id, arrow)
      }
      if (item.type !== 'exchange') continue
      this.#exchange(item)
      const { record, sighting } = item
      if (record?.parkedTo !== undefined && (record.events ?? 0) > 0 && sighting?.endedAt) {
        lastAnswer = { at: sighting.endedAt, transport: record.transport }
      }
    }
    this.#messages(carriers)
    this.#lifelines()
    const words = this.#left.labels(this.#scale)
    for (const label of [...words, ...this.#right.labels(this.#scale)]) this.#pen.label(label)
    // A tick gives way to long words: the lines of the grid stay.
    const isFree = (tick: Label) => !words.some(({ y, text }) => Math.abs(y - tick.y) < 12 && text.length > LONG_WORDS)
    for (const tick of this.#ticks.filter(isFree)) this.#pen.label(tick)
    this.#captions()
    return this.#drawn
  }

  #isVisible(item: Item): boolean {
    const { y, top, foot } = this.#scale
    return y(item.begunAt) <= foot + MARGIN_PX && y(endOf(item, this.#scene)) >= top - MARGIN_PX
  }

  #look(layer: keyof typeof LAYER, look: Omit<Look, 'layer'>): ReturnType<Pen['outline']> {
    return this.#pen.outline({ layer: LAYER[layer], ...look })
  }

  #hue(transport: TransportName | null): Hue {
    const { ink2, ink3, line, transports: hues } = this.#palette
    return transport === null ? { mark: ink3, ink: ink2, tint: line } : hues[transport]
  }

  #font(kind: 'mono' | 'sans' | 'tick'): string {
    const { mono, sans } = this.#palette
    return kind === 'sans' ? `550 11px ${sans}` : kind === 'tick' ? `10px ${mono}` : `11px ${mono}`
  }

  #grid(): void {
    const { view, words } = this.#scene
    const { y, top, foot, startAt, isNarrow } = this.#scale
    const step = gridStep(this.#scale)
    for (let at = Math.ceil(startAt / step) * step; at <= view.endAt; at += step) {
      const outline = this.#look('grid', { stroke: this.#palette.line })
      const lineY = y(at)
      if (lineY < top) continue
      outline.moveTo(isNarrow ? 0 : 48, lineY)
      outline.lineTo(view.width, lineY)
      if (isNarrow || lineY > foot) continue
      const look = { colour: this.#palette.ink3, font: this.#font('tick'), align: 'left' } as const
      this.#ticks.push({ x: 12, y: lineY + 3.5, text: words.tick(at, step), ...look })
    }
  }

  #lifelines(): void {
    const { client, server, top } = this.#scale
    const outline = this.#look('life', { stroke: this.#palette.ink, width: 1.5 })
    for (const x of [client, server]) {
      outline.moveTo(x, top - 6)
      outline.lineTo(x, this.#scene.view.height)
    }
  }

  #captions(): void {
    const { client, server } = this.#scale
    const { words } = this.#scene
    const { ink, ink3, sans, surface } = this.#palette
    // What has scrolled up ends below them.
    this.#look('turn', { fill: surface }).rect(0, 0, this.#scene.view.width, 28)
    const caption = { y: 20, colour: ink, font: `550 12px ${sans}`, align: 'center' } as const
    this.#pen.label({ ...caption, x: client, text: words.client })
    this.#pen.label({ ...caption, x: server, text: words.server })
    if (words.each === null) return
    this.#pen.label({ ...caption, x: (client + server) / 2, text: words.each, colour: ink3, font: `11px ${sans}` })
  }

  /** What lasts: the bar of a held request, the band of an open line. */
  #exchange(item: ExchangeItem): void {
    const { record, sighting } = item
    if (!record) return
    const { client, server, y, foot } = this.#scale
    const { nowAt, toPage, words, messages } = this.#scene
    const hue = this.#hue(record.transport)
    if (record.kind === 'stream' || record.kind === 'socket') {
      const from = record.answeredAt
      if (from === undefined) return
      const right = y(toPage(from))
      const left = sighting?.answeredAt ? y(sighting.answeredAt) : right
      const end = Math.min(this.#scene.view.height, y(endOf(item, this.#scene)))
      const band = this.#look('band', { fill: hue.mark, opacity: 0.1 })
      band.moveTo(client, Math.min(left, end))
      band.lineTo(server, Math.min(right, end))
      band.lineTo(server, end)
      band.lineTo(client, end)
      band.closePath()
    }
    if (record.parkedFrom === undefined) return
    const from = toPage(record.parkedFrom)
    const isOver = record.parkedTo !== undefined || record.isOver
    const to = record.parkedTo === undefined ? endOf(item, this.#scene) : toPage(record.parkedTo)
    const [top, end] = [y(from), Math.min(y(Math.min(to, nowAt)), this.#scene.view.height)]
    if (end - top >= 1) this.#look('parked', { fill: hue.mark }).rect(server - 5.5, top, 11, Math.max(1.5, end - top))
    if (to - from < NOTABLE_MS || end < this.#scale.top + 14 || top > foot - 14) return
    const middle = Math.max(this.#scale.top + 20, Math.min((top + Math.min(end, foot)) / 2, foot - 22))
    const said = { colour: hue.ink, font: this.#font('sans') }
    this.#right.put(middle, words.parked(Math.min(to, nowAt) - from, isOver), said)
    const first = record.brings?.[0]
    const seq = first === undefined ? undefined : messages.get(first)?.seq
    if (seq !== undefined)
      this.#right.put(middle + 1, words.until(seq), { ...said, font: `11px ${this.#palette.sans}` })
  }

  #arrow(arrow: Arrow, isAgain: boolean): void {
    const { client, server, y } = this.#scale
    const { pointed, followed, words } = this.#scene
    const isUp = arrow.way === 'up'
    const start = arrow.leftAt ?? arrow.arrivedAt
    if (start === null) return
    // Of an arrow with one end nobody knows how steep it is: it is drawn level, and half of it left open.
    const end = arrow.arrivedAt ?? start
    const [x1, x2] = isUp ? [client, server] : [server, client]
    const [y1, y2] = [y(start), y(end)]
    const isWhole = arrow.leftAt !== null && arrow.arrivedAt !== null
    const hue = arrow.isEmpty ? this.#hue(null) : this.#hue(arrow.transport)
    const isLit = followed !== null && arrow.messages.includes(followed)
    const isFocus = isLit || arrow.key === pointed
    this.#drawn.push({ arrow, x1, y1, x2, y2 })
    const length = Math.hypot(x2 - x1, y2 - y1)
    const [ux, uy] = [(x2 - x1) / length, (y2 - y1) / length]
    const along = (outline: ReturnType<Pen['outline']>, from: number, to: number) => {
      outline.moveTo(x1 + ux * from, y1 + uy * from)
      outline.lineTo(x1 + ux * to, y1 + uy * to)
    }
    const lineColour = arrow.isEmpty ? this.#palette.ghost : hue.mark
    if (isFocus) along(this.#look('halo', { stroke: hue.mark, width: 20, opacity: 0.26, round: true }), 2, length - 2)
    const isDashed = arrow.isEmpty || !isWhole
    const reach = arrow.arrivedAt === null ? length / 2 : length - 9
    along(
      this.#look('line', { stroke: lineColour, width: 1.5, ...(isDashed ? { dash: [4, 3] } : {}) }),
      arrow.leftAt === null ? length / 2 : 5,
      reach,
    )
    if (arrow.bytes) this.#slug(arrow.bytes, hue, arrow.isEmpty, length, along)
    if (arrow.arrivedAt !== null) this.#head(x2 - ux * 6, y2 - uy * 6, ux, uy, lineColour)
    if (this.#isCrowd && !isFocus) return
    const text = words.arrow(arrow, isAgain)
    const label = { colour: arrow.isEmpty ? this.#palette.ink3 : this.#palette.ink2, font: this.#font('mono') }
    ;(isUp ? this.#left : this.#right).put(y1, text, label, isFocus)
  }

  #head(x: number, y: number, ux: number, uy: number, colour: string): void {
    const head = this.#look('head', { fill: colour })
    head.moveTo(x + ux * 5, y + uy * 5)
    head.lineTo(x - ux * 5 - uy * 4, y - uy * 5 + ux * 4)
    head.lineTo(x - ux * 5 + uy * 4, y - uy * 5 - ux * 4)
    head.closePath()
  }

  /** Its bytes, to scale: headers pale, framing hatched, payload solid. What does not fit is broken off, and seen to be. */
  #slug(
    bytes: ByteSplit,
    hue: Hue,
    isEmpty: boolean,
    length: number,
    along: (outline: ReturnType<Pen['outline']>, from: number, to: number) => void,
  ): void {
    const room = length - 34
    let at = 15
    for (const part of ['headers', 'framing', 'payload'] as const) {
      if (bytes[part] <= 0 || at >= room) continue
      const px = Math.max(bytes[part] / this.#scale.bytesPerPx, 1.5)
      const end = Math.min(at + px, room)
      along(this.#look('gap', { stroke: this.#palette.surface, width: 9.5 }), at - 0.8, end + 0.8)
      if (part === 'framing' && !isEmpty) {
        const hatch = this.#look('slug', { stroke: hue.mark, width: 8 })
        for (let x = at; x < end; x += 3.2) along(hatch, x, Math.min(x + 1.5, end))
      } else {
        const colour = isEmpty ? this.#palette.line : part === 'payload' ? hue.mark : hue.tint
        along(this.#look('slug', { stroke: colour, width: 8 }), at, end)
      }
      if (at + px > room) {
        const torn = this.#look('head', { stroke: this.#palette.surface, width: 12 })
        along(torn, end - 11, end - 8)
        along(torn, end - 6, end - 3)
      }
      at = end + 1.6
    }
  }

  /** When a message was stored, how long it waited there, and when it was shown. */
  #messages(carriers: ReadonlyMap<string, Arrow>): void {
    const { client, server, y, top, foot } = this.#scale
    const { messages, toPage, words, followed } = this.#scene
    const { ink, ink3, surface } = this.#palette
    for (const { id, seq, storedAt, shownAt, transport } of messages.values()) {
      const [stored, shown] = [y(toPage(storedAt)), y(shownAt)]
      if (shown < top - MARGIN_PX || stored > foot + MARGIN_PX) continue
      const hue = this.#hue(transport)
      const isFocus = id === followed
      const carrier = carriers.get(id)
      const leftAt = carrier?.leftAt ?? null
      if (leftAt !== null && leftAt - toPage(storedAt) > NOTABLE_MS && isAsked(carrier)) {
        const wait = this.#look('wait', { stroke: hue.ink, width: 5, dash: [1.5, 3] })
        wait.moveTo(server, stored)
        wait.lineTo(server, y(leftAt))
        const text = words.waited(leftAt - toPage(storedAt))
        this.#right.put((stored + y(leftAt)) / 2, text, { colour: hue.ink, font: this.#font('sans') }, isFocus)
      }
      const radius = this.#isCrowd ? 2.5 : 3.5
      if (isFocus) {
        const halo = this.#look('halo', { fill: hue.mark, opacity: 0.3 })
        halo.moveTo(server + 11, stored)
        halo.arc(server, stored, 11, 0, 2 * Math.PI)
        halo.moveTo(client + 11, shown)
        halo.arc(client, shown, 11, 0, 2 * Math.PI)
      }
      const ring = this.#look('mark', { fill: surface, stroke: ink, width: 1.5 })
      ring.moveTo(server + radius, stored)
      ring.arc(server, stored, radius, 0, 2 * Math.PI)
      const disc = this.#look('mark', { fill: hue.mark, stroke: surface, width: 1.5 })
      disc.moveTo(client + radius + 1, shown)
      disc.arc(client, shown, radius + 1, 0, 2 * Math.PI)
      if (this.#isCrowd && !isFocus) continue
      this.#right.put(stored, words.stored(seq), { colour: ink3, font: this.#font('mono') }, isFocus)
      const latencyMs = Math.max(0, shownAt - toPage(storedAt))
      const latency = { colour: hue.ink, font: `600 ${this.#font('mono')}` }
      this.#left.put(shown, words.shown(latencyMs), latency, isFocus)
    }
  }

  #turn({ begunAt, from, to }: Item & { type: 'turn' }): void {
    const { client, server, y } = this.#scale
    const { view, words } = this.#scene
    const { ink, surface, sans } = this.#palette
    const middle = (client + server) / 2
    const at = y(begunAt)
    const text = `${words.transport(from)} → ${words.transport(to)}`
    const half = Math.min((server - client) / 2 + 30, 24 + text.length * 3.5)
    const rule = this.#look('mark', { stroke: ink, width: 1.5, dash: [2, 3] })
    rule.moveTo(0, at)
    rule.lineTo(view.width, at)
    this.#look('turn', { fill: ink }).rect(middle - half, at - 11, 2 * half, 22)
    for (const [name, x] of [
      [from, middle - half + 12],
      [to, middle + half - 12],
    ] as const) {
      const dot = this.#look('turn', { fill: this.#hue(name).mark })
      dot.moveTo(x + 4, at)
      dot.arc(x, at, 4, 0, 2 * Math.PI)
    }
    if (at < this.#scale.top - 10) return
    this.#pen.label({ x: middle, y: at + 4, text, colour: surface, font: `550 11px ${sans}`, align: 'center' })
  }
}

/** By the page's clock. What is not over goes on until now. */
function endOf(item: Item, { nowAt, toPage }: Scene): number {
  if (item.type === 'turn') return item.begunAt
  if (item.type === 'frame') return item.begunAt + 1000
  const { record, sighting } = item
  if (record && !record.isOver) return nowAt
  return Math.max(sighting?.endedAt ?? item.begunAt, record?.answeredAt === undefined ? 0 : toPage(record.answeredAt))
}

/** It has the message itself in it, not only its name. */
const brings = ({ item }: Arrow): boolean =>
  item.type === 'frame' ? item.record.kind === 'batch' : item.record?.kind === 'poll'

/** Whether a message has to wait there until it is asked for. */
const isAsked = (carrier: Arrow | undefined): boolean =>
  carrier?.transport !== null && carrier !== undefined && transports[carrier.transport].mode !== 'streaming'
