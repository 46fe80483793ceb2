import { useId } from 'preact/hooks'
import type { Comparison } from '../../compare/comparison.ts'
import type { ComparisonColumn } from '../../compare/column.ts'
import { DEFAULT_PROFILE } from '../../compare/settings.ts'
import { modeOf } from '../../measure/count-math.ts'
import { bytes, milliseconds, spelled } from '../../browser/format.ts'
import type { ListEntry } from '../../room/message-list.ts'
import { texts } from '../../i18n/i18n.ts'
import type { RoomController } from '../../room/room-controller.ts'
import { Avatar } from '../shared/avatar.tsx'
import { LinkSelect } from '../transport/link-select.tsx'
import { problemText } from '../shared/problem-text.ts'
import { Glyph, labelOf } from '../shared/transport-label.tsx'
import { Totals } from './totals.tsx'

export function ColumnView({
  column,
  of,
  controller,
}: {
  column: ComparisonColumn
  of: Comparison
  controller: RoomController
}) {
  const { compare, meters, statusLights } = texts.value
  const title = useId()
  const { transport } = column
  const { carrier, mode } = modeOf(transport, column.meter.reading.value?.counts)
  const state = column.state.value
  const stuck = column.meter.reading.value?.stuck ?? null
  const label = labelOf(transport)
  return (
    <section class="panel column" data-transport={transport} aria-labelledby={title}>
      <header class="head">
        <Glyph of={transport} />
        <h2 id={title}>{label}</h2>
        <p class="tags">
          <span>{carrier}</span>
          <span>{statusLights.modes[mode]}</span>
        </p>
      </header>
      <div class="route">
        <p
          class="state"
          data-state={stuck || state.name === 'lost' || state.name === 'refused' ? 'problem' : state.name}
          title={stuck ? meters.stuck(spelled(bytes(stuck.bytes))) : undefined}
        >
          <i class="pulse" />
          <span>
            {state.name === 'refused'
              ? problemText(state.problem)
              : stuck
                ? compare.stuck(spelled(bytes(stuck.bytes)))
                : compare.states[state.name]}
          </span>
        </p>
        {of.links.value.length > 0 && (
          <LinkSelect
            isBrief
            value={of.settings.value.profiles[transport] ?? DEFAULT_PROFILE}
            label={compare.linkOf(label)}
            onChoose={(profile) => of.setProfile(transport, profile)}
          />
        )}
      </div>
      <ColumnMessages column={column} label={compare.logOf(label)} ownIds={controller.identity.ownIds.value} />
      <Totals column={column} of={of} tuning={controller.tuning.value} />
    </section>
  )
}

/** Not announced by screen readers: all columns show the same messages, and the race shows their times. */
function ColumnMessages({
  column,
  label,
  ownIds,
}: {
  column: ComparisonColumn
  label: string
  ownIds: ReadonlySet<string>
}) {
  const entries = column.messages.entries.value
  return (
    <div class="log" role="log" aria-live="off" aria-label={label} tabIndex={0}>
      <ol>
        {entries.map((entry) => (
          <ColumnRow key={entry.key} entry={entry} ownIds={ownIds} />
        ))}
        {column.messages.messageCount.value === 0 && <li class="blank">{texts.value.compare.empty}</li>}
      </ol>
    </div>
  )
}

/** A message in two lines; joins and leaves are shown in the chat only. */
function ColumnRow({ entry, ownIds }: { entry: ListEntry; ownIds: ReadonlySet<string> }) {
  if (entry.kind !== 'message') return null
  const { event, latencyMs, isLate } = entry
  return (
    <li class={ownIds.has(event.from.id) ? 'msg mine' : 'msg'}>
      <Avatar of={event.from.id} />
      <p>
        <bdi>{event.from.name}</bdi>
        <span dir="auto">{event.text}</span>
      </p>
      <data value={latencyMs === null ? '' : String(Math.round(latencyMs))} data-late={isLate}>
        {latencyMs !== null && spelled(milliseconds(latencyMs))}
      </data>
    </li>
  )
}
