import { transports } from '../../../client/transports/index.ts'
import { totalBytes } from '../../../meter.ts'
import type { TransportName } from '../../../protocol.ts'
import { Brush } from './brush.ts'
import { arrowsOf, browserWaitOf, type Arrow, type RequestItem, type Item } from '../items.ts'
import { labelColumn } from './labels.ts'
import type { Palette } from './palette.ts'
import type { Label, Pen } from './pen.ts'
import { gridStep, scaleOf, type Scale } from './scale.ts'
import { endOf, type DrawnArrow, type Scene } from './scene.ts'
import { ArrowGeometry } from './arrow-geometry.ts'

/** A shorter wait is drawn without a label. */
const NOTABLE_MS = 60
/** A request within this time after an answer is its consequence. */
const AGAIN_MS = 100
/** With more items than this, each arrow is drawn as a line and its bytes only: labels could not be read. */
const MAX_DETAILED = 120
/** Longer labels, in characters, reach from the client's lifeline to the ticks. */
const LONG_WORDS = 11
/** With less room between the lifelines, there is no caption between those of the lifelines. */
const LEAST_CAPTION_PX = 140
/** The height of the box of a switch. */
const SWITCH_PX = 22
/** The height of the captions. Items that scroll up end below it. */
const CAPTIONS_PX = 28
/** Items this far beyond the edge are included, so that labels do not jump when their neighbours leave. */
const MARGIN_PX = 60

/** Draws the sequence diagram. Returns the arrows that can be seen. */
export function paintWire(pen: Pen, palette: Palette, scene: Scene): DrawnArrow[] {
  return new Painter(pen, palette, scene).paint()
}

class Painter {
  readonly #brush: Brush
  readonly #scene: Scene
  readonly #scale: Scale
  readonly #left
  readonly #right
  readonly #drawn: DrawnArrow[] = []
  readonly #ticks: Label[] = []
  #isCrowd = false

  constructor(pen: Pen, palette: Palette, scene: Scene) {
    this.#brush = new Brush(pen, palette)
    this.#scene = scene
    this.#scale = scaleOf(scene.view)
    this.#left = labelColumn(this.#scale.client - 13, 'right')
    this.#right = labelColumn(this.#scale.server + 15, 'left')
  }

  paint(): DrawnArrow[] {
    const { items } = this.#scene
    this.#grid()
    const visible = items.filter((item) => this.#isVisible(item))
    this.#isCrowd = visible.length > MAX_DETAILED
    const carriers = new Map<string, Arrow>()
    let lastAnswer: { at: number; transport: TransportName } | null = null
    for (const item of visible) {
      if (item.type === 'switch') {
        this.#switch(item)
        continue
      }
      for (const arrow of arrowsOf(item, this.#scene)) {
        if (arrow.bytes && totalBytes(arrow.bytes) === 0) continue
        const isAgain =
          arrow.way === 'up' &&
          item.type === 'request' &&
          item.record?.kind === 'poll' &&
          lastAnswer?.transport === arrow.transport &&
          (arrow.leftAt ?? 0) - lastAnswer.at < AGAIN_MS
        this.#arrow(arrow, isAgain)
        if (arrow.way === 'down') for (const id of arrow.messages) if (brings(arrow)) carriers.set(id, arrow)
      }
      if (item.type !== 'request') continue
      this.#browserWait(item)
      this.#request(item)
      const { record, observation } = item
      if (record?.heldTo !== undefined && (record.events ?? 0) > 0 && observation?.endedAt) {
        lastAnswer = { at: observation.endedAt, transport: record.transport }
      }
    }
    this.#messages(carriers)
    this.#lifelines()
    const words = this.#left.place(this.#scale)
    for (const label of [...words, ...this.#right.place(this.#scale)]) this.#brush.label(label)
    // A tick is left out beside a long label; the line of the grid stays.
    const isFree = (tick: Label) => !words.some(({ y, text }) => Math.abs(y - tick.y) < 12 && text.length > LONG_WORDS)
    for (const tick of this.#ticks.filter(isFree)) this.#brush.label(tick)
    this.#captions()
    return this.#drawn
  }

  #isVisible(item: Item): boolean {
    const { y, top, foot } = this.#scale
    return y(item.begunAt) <= foot + MARGIN_PX && y(endOf(item, this.#scene)) >= top - MARGIN_PX
  }

  #grid(): void {
    const { view, words } = this.#scene
    const { y, top, foot, startAt, isNarrow } = this.#scale
    const step = gridStep(this.#scale)
    for (let at = Math.ceil(startAt / step) * step; at <= view.endAt; at += step) {
      const outline = this.#brush.outline('grid', { stroke: this.#brush.palette.line })
      const lineY = y(at)
      if (lineY < top) continue
      outline.moveTo(isNarrow ? 0 : 48, lineY)
      outline.lineTo(view.width, lineY)
      if (isNarrow || lineY > foot) continue
      const look = { colour: this.#brush.palette.ink3, font: this.#brush.font('tick'), align: 'left' } as const
      this.#ticks.push({ x: 12, y: lineY + 3.5, text: words.tick(at, step), ...look })
    }
  }

  #lifelines(): void {
    const { client, server, top } = this.#scale
    const outline = this.#brush.outline('lifeline', { stroke: this.#brush.palette.ink, width: 1.5 })
    for (const x of [client, server]) {
      outline.moveTo(x, top - 6)
      outline.lineTo(x, this.#scene.view.height)
    }
  }

  #captions(): void {
    const { client, server } = this.#scale
    const { words } = this.#scene
    const { ink, ink3, sans, surface } = this.#brush.palette
    this.#brush.outline('switch', { fill: surface }).rect(0, 0, this.#scene.view.width, CAPTIONS_PX)
    const caption = { y: 20, colour: ink, font: `550 12px ${sans}`, align: 'center' } as const
    this.#brush.label({ ...caption, x: client, text: words.client })
    this.#brush.label({ ...caption, x: server, text: words.server })
    const between = this.#isCrowd ? words.tooMany : words.oneWay
    if (between === null || server - client < LEAST_CAPTION_PX) return
    this.#brush.label({ ...caption, x: (client + server) / 2, text: between, colour: ink3, font: `11px ${sans}` })
  }

  /** The hollow bar of a request that stays in the browser. */
  #browserWait(item: RequestItem): void {
    const wait = browserWaitOf(item, this.#scene)
    if (!wait) return
    const { client, y, top: first, foot } = this.#scale
    const { ink2, surface } = this.#brush.palette
    const [top, end] = [y(wait.from), Math.min(y(wait.to), this.#scene.view.height)]
    this.#brush.outline('held', { fill: surface, stroke: ink2, width: 1.5 }).rect(client - 5, top, 10, end - top)
    const middle = Math.max(first + 20, Math.min((top + end) / 2, foot - 22))
    if (end < first + 14 || top > foot - 14) return
    const text = this.#scene.words.inBrowser(wait.to - wait.from)
    this.#left.add(middle, text, { colour: ink2, font: this.#brush.font('sans') })
  }

  /** The bar of a held request, and the band of an open connection. */
  #request(item: RequestItem): void {
    const { record, observation } = item
    if (!record) return
    const { client, server, y, foot } = this.#scale
    const { nowAt, toPageTime, words, messages } = this.#scene
    const hue = this.#brush.hue(record.transport)
    if (record.kind === 'stream' || record.kind === 'socket') {
      const from = record.answeredAt
      if (from === undefined) return
      const right = y(toPageTime(from))
      const left = observation?.answeredAt ? y(observation.answeredAt) : right
      const end = Math.min(this.#scene.view.height, y(endOf(item, this.#scene)))
      const band = this.#brush.outline('band', { fill: hue.mark, opacity: 0.1 })
      band.moveTo(client, Math.min(left, end))
      band.lineTo(server, Math.min(right, end))
      band.lineTo(server, end)
      band.lineTo(client, end)
      band.closePath()
    }
    if (record.heldFrom === undefined) return
    const from = toPageTime(record.heldFrom)
    const isOver = record.heldTo !== undefined || record.isOver
    const to = record.heldTo === undefined ? endOf(item, this.#scene) : toPageTime(record.heldTo)
    const [top, end] = [y(from), Math.min(y(Math.min(to, nowAt)), this.#scene.view.height)]
    if (end - top >= 1)
      this.#brush.outline('held', { fill: hue.mark }).rect(server - 5.5, top, 11, Math.max(1.5, end - top))
    if (to - from < NOTABLE_MS || end < this.#scale.top + 14 || top > foot - 14) return
    const middle = Math.max(this.#scale.top + 20, Math.min((top + Math.min(end, foot)) / 2, foot - 22))
    const style = { colour: hue.ink, font: this.#brush.font('sans') }
    this.#right.add(middle, words.held(Math.min(to, nowAt) - from, isOver), style)
    const first = record.brings?.[0]
    const seq = first === undefined ? undefined : messages.get(first)?.seq
    if (seq !== undefined)
      this.#right.add(middle + 1, words.until(seq), { ...style, font: `11px ${this.#brush.palette.sans}` })
  }

  /** Among many others, only the visible parts of an arrow are drawn. */
  #arrow(arrow: Arrow, isAgain: boolean): void {
    const { client, server, y } = this.#scale
    const { pointed, followed, words } = this.#scene
    const isUp = arrow.way === 'up'
    const start = arrow.leftAt ?? arrow.arrivedAt
    if (start === null) return
    // The slope of an arrow with one known end is unknown: half of it is drawn, horizontally.
    const end = arrow.arrivedAt ?? start
    const [x1, x2] = isUp ? [client, server] : [server, client]
    const [y1, y2] = [y(start), y(end)]
    const isWhole = arrow.leftAt !== null && arrow.arrivedAt !== null
    const hue = arrow.isEmpty ? this.#brush.hue(null) : this.#brush.hue(arrow.transport)
    const isLit = followed !== null && arrow.messages.includes(followed)
    const isFocus = isLit || arrow.key === pointed
    this.#drawn.push({ arrow, x1, y1, x2, y2 })
    const geometry = new ArrowGeometry(this.#brush, x1, y1, x2, y2)
    const { length } = geometry
    const { fault } = this.#brush.palette
    const lineColour = arrow.fault ? fault : hue.line
    if (isFocus)
      geometry.along(
        this.#brush.outline('halo', { stroke: hue.mark, width: 20, opacity: 0.26, round: true }),
        2,
        length - 2,
      )
    const isDashed = arrow.isEmpty || !isWhole
    const lineEnd = arrow.arrivedAt === null ? length / 2 : length - 9
    geometry.along(
      this.#brush.outline('line', {
        stroke: lineColour,
        ...(this.#isCrowd && !isFocus ? { width: 0.5, opacity: 0.5 } : { width: 1.5 }),
        ...(isDashed ? { dash: [4, 3] } : {}),
      }),
      arrow.leftAt === null ? length / 2 : 5,
      lineEnd,
    )
    const { bytesPerPx } = this.#scale
    if (arrow.bytes) geometry.bytes(arrow.bytes, { hue, isEmpty: arrow.isEmpty, isCrowd: this.#isCrowd, bytesPerPx })
    if (this.#isCrowd && !isFocus) return
    if (arrow.fault === 'failed') geometry.cross(fault)
    else if (arrow.arrivedAt !== null) geometry.head(lineColour)
    const text = words.arrow(arrow, isAgain && !this.#scale.isNarrow)
    const label = {
      colour: arrow.fault ? fault : arrow.isEmpty ? this.#brush.palette.ink3 : this.#brush.palette.ink2,
      font: this.#brush.font('mono'),
    }
    ;(isUp ? this.#left : this.#right).add(y1, text, label, isFocus)
  }

  /** When a message was stored, how long it waited there, and when it was shown. */
  #messages(carriers: ReadonlyMap<string, Arrow>): void {
    const { client, server, y, top, foot } = this.#scale
    const { messages, toPageTime, words, followed } = this.#scene
    const { ink, ink3, surface } = this.#brush.palette
    for (const { id, seq, storedAt, shownAt, transport, isHistory } of messages.values()) {
      const [stored, shown] = [y(toPageTime(storedAt)), y(shownAt)]
      if (shown < top - MARGIN_PX || stored > foot + MARGIN_PX) continue
      const hue = this.#brush.hue(transport)
      const isFocus = id === followed
      const carrier = carriers.get(id)
      const leftAt = carrier?.leftAt ?? null
      if (leftAt !== null && leftAt - toPageTime(storedAt) > NOTABLE_MS && isAsked(carrier)) {
        const wait = this.#brush.outline('wait', { stroke: hue.ink, width: 5, dash: [1.5, 3] })
        wait.moveTo(server, stored)
        wait.lineTo(server, y(leftAt))
        const text = words.waited(leftAt - toPageTime(storedAt))
        this.#right.add((stored + y(leftAt)) / 2, text, { colour: hue.ink, font: this.#brush.font('sans') }, isFocus)
      }
      if (this.#isCrowd && !isFocus) {
        this.#brush.outline('mark', { fill: ink }).rect(server - 2, stored - 1, 4, 2)
        this.#brush.outline('mark', { fill: hue.mark }).rect(client - 3, shown - 1, 6, 2)
        continue
      }
      if (isFocus) {
        const look = { fill: hue.mark, opacity: 0.3 }
        this.#brush.disc('halo', look, server, stored, 11)
        this.#brush.disc('halo', look, client, shown, 11)
      }
      this.#brush.disc('mark', { fill: surface, stroke: ink, width: 1.5 }, server, stored, 3.5)
      this.#brush.disc('mark', { fill: hue.mark, stroke: surface, width: 1.5 }, client, shown, 4.5)
      this.#right.add(stored, words.stored(seq), { colour: ink3, font: this.#brush.font('mono') }, isFocus)
      if (isHistory) continue
      const latencyMs = Math.max(0, shownAt - toPageTime(storedAt))
      const latency = { colour: hue.ink, font: `600 ${this.#brush.font('mono')}` }
      this.#left.add(shown, words.shown(latencyMs), latency, isFocus)
    }
  }

  #switch({ begunAt, switchEvent }: Item & { type: 'switch' }): void {
    const { client, server, y } = this.#scale
    const { view, words } = this.#scene
    const { ink, surface, sans } = this.#brush.palette
    const middle = (client + server) / 2
    const at = y(begunAt)
    const text = words.switch(switchEvent).join(' → ')
    const half = Math.min((server - client) / 2 + 30, 24 + textWidth(text) / 2)
    const rule = this.#brush.outline('mark', { stroke: ink, width: 1.5, dash: [2, 3] })
    rule.moveTo(0, at)
    rule.lineTo(view.width, at)
    // Above the line, since the new transport's items begin directly below.
    const top = at - SWITCH_PX
    this.#brush.outline('switch', { fill: ink }).rect(middle - half, top, 2 * half, SWITCH_PX)
    for (const [{ transport }, x] of [
      [switchEvent.from, middle - half + 12],
      [switchEvent.to, middle + half - 12],
    ] as const) {
      this.#brush.disc('switch', { fill: this.#brush.hue(transport).mark }, x, at - 11, 4)
    }
    // The captions are drawn over the box, and would be behind the text.
    if (top < CAPTIONS_PX) return
    this.#brush.label({ x: middle, y: at - 7, text, colour: surface, font: `550 11px ${sans}`, align: 'center' })
  }
}

/** Pixels of a text at 11 px, rounded up: a drawing measures no text. Han characters are as wide as they are high. */
const textWidth = (text: string): number => 7 * text.length + 4.5 * (text.match(/[\u2e80-\uffef]/gu)?.length ?? 0)

/** The arrow contains the message itself, not only its id. */
const brings = ({ item }: Arrow): boolean =>
  item.type === 'frame' ? item.record.kind === 'batch' : item.record?.kind === 'poll'

/** Whether a message waits at the server until it is polled. */
const isAsked = (carrier: Arrow | undefined): boolean =>
  carrier?.transport !== null && carrier !== undefined && transports[carrier.transport].mode !== 'streaming'
