import { useId } from 'preact/hooks'
import type { Comparison } from '../../compare/comparison.ts'
import type { ComparisonColumn } from '../../compare/column.ts'
import { DEFAULT_PROFILE } from '../../compare/settings.ts'
import { modeOf } from '../../measure/count-math.ts'
import { milliseconds, spelled } from '../../browser/format.ts'
import type { ListEntry } from '../../room/message-list.ts'
import { texts } from '../../i18n/i18n.ts'
import type { RoomController } from '../../room/room-controller.ts'
import { Avatar } from '../shared/avatar.tsx'
import { LinkSelect } from '../transport/link-select.tsx'
import { sayProblem } from '../shared/problem-text.ts'
import { Glyph, labelOf } from '../shared/transport-label.tsx'
import { Totals } from './totals.tsx'

export function PaneView({
  pane,
  of,
  controller,
}: {
  pane: ComparisonColumn
  of: Comparison
  controller: RoomController
}) {
  const { compare, lamps } = texts.value
  const title = useId()
  const { transport } = pane
  const { carrier, mode } = modeOf(transport, pane.meter.reading.value?.counts)
  const state = pane.state.value
  const label = labelOf(transport)
  return (
    <section class="panel pane" data-transport={transport} aria-labelledby={title}>
      <header class="head">
        <Glyph of={transport} />
        <h2 id={title}>{label}</h2>
        <p class="tags">
          <span>{carrier}</span>
          <span>{lamps.modes[mode]}</span>
        </p>
      </header>
      <div class="route">
        <p class="state" data-state={state.name === 'lost' || state.name === 'refused' ? 'trouble' : state.name}>
          <i class="pulse" />
          <span>{state.name === 'refused' ? sayProblem(state.problem) : compare.states[state.name]}</span>
        </p>
        {of.links.value.length > 0 && (
          <LinkSelect
            value={of.settings.value.profiles[transport] ?? DEFAULT_PROFILE}
            label={compare.linkOf(label)}
            onChoose={(profile) => of.reach(transport, profile)}
          />
        )}
      </div>
      <PaneLog pane={pane} label={compare.logOf(label)} selves={controller.self.ids.value} />
      <Totals pane={pane} panes={of.panes.value} tuning={controller.tuning.value} />
    </section>
  )
}

/** Not read out: what each pane shows is the same, and the race says when it came. */
function PaneLog({ pane, label, selves }: { pane: ComparisonColumn; label: string; selves: ReadonlySet<string> }) {
  const entries = pane.history.entries.value
  return (
    <div class="log" role="log" aria-live="off" aria-label={label} tabIndex={0}>
      <ol>
        {entries.map((entry) => (
          <PaneRow key={entry.key} entry={entry} selves={selves} />
        ))}
        {pane.history.messages.value === 0 && <li class="blank">{texts.value.compare.empty}</li>}
      </ol>
    </div>
  )
}

/** A message, in two lines; who comes and goes is told in the chat. */
function PaneRow({ entry, selves }: { entry: ListEntry; selves: ReadonlySet<string> }) {
  if (entry.kind !== 'message') return null
  const { event, latencyMs } = entry
  return (
    <li class={selves.has(event.from.id) ? 'msg mine' : 'msg'}>
      <Avatar of={event.from.id} />
      <p>
        <bdi>{event.from.name}</bdi>
        <span dir="auto">{event.text}</span>
      </p>
      <data value={latencyMs === null ? '' : String(Math.round(latencyMs))}>
        {latencyMs !== null && spelled(milliseconds(latencyMs))}
      </data>
    </li>
  )
}
