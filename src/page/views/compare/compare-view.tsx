import { useEffect, useRef } from 'preact/hooks'
import { transports } from '../../../client/transports/index.ts'
import type { Comparison } from '../../compare/comparison.ts'
import { comparison } from '../../compare/comparison-state.ts'
import { DEFAULT_PROFILE } from '../../compare/settings.ts'
import { modeOf } from '../../measure/count-math.ts'
import { whole } from '../../browser/format.ts'
import { texts } from '../../i18n/i18n.ts'
import { CONNECTIONS_PER_PORT, isMultiplexed } from '../../network/http-version.ts'
import { servedTransports } from '../../network/links.ts'
import { PADDING_BYTES } from '../../network/padding.ts'
import type { RoomController } from '../../room/room-controller.ts'
import { ConnectionProblem } from '../chat/chat-view.tsx'
import { ComposerForm } from '../chat/composer-view.tsx'
import { IntervalSlider } from '../transport/transport-settings.tsx'
import { LinkSelect } from '../transport/link-select.tsx'
import { SizeSelect } from '../transport/size-select.tsx'
import { Glyph, labelOf } from '../shared/transport-label.tsx'
import { BotControls } from './bot-settings.tsx'
import { ColumnView } from './column-view.tsx'
import { LoadedResults } from './loaded-results.tsx'
import { RaceView } from './race-view.tsx'

/** A column for each transport, one composer for all, and the race. */
export function Compare({ controller }: { controller: RoomController }) {
  const { compare, title } = texts.value
  const box = useRef<HTMLTextAreaElement>(null)
  const current = comparison.value
  useEffect(() => {
    document.title = `#${controller.room} · ${compare.title} · ${title}`
  }, [controller.room, compare, title])
  return (
    <>
      <main class="compare">
        <section class="panel send-once">
          <h2 id="send-once">
            {compare.sendOnce} <small>{compare.sendOnceAbout(current?.columns.value.length ?? 0)}</small>
          </h2>
          <ConnectionProblem controller={controller} />
          <ComposerForm controller={controller} box={box} />
        </section>
        {current ? <Room of={current} controller={controller} /> : <p class="blank">{compare.preparing}</p>}
      </main>
      <footer class="page-footer">{current && <Connections of={current} controller={controller} />}</footer>
    </>
  )
}

function Room({ of, controller }: { of: Comparison; controller: RoomController }) {
  const { compare } = texts.value
  const columns = of.columns.value
  return (
    <>
      <Toolbar of={of} controller={controller} />
      {columns.length === 0 && <p class="blank">{compare.noColumns}</p>}
      <div class="side-by-side" style={{ '--columns': String(columnsFor(columns.length)) }}>
        {columns.map((column) => (
          <ColumnView key={column.transport} column={column} of={of} controller={controller} />
        ))}
      </div>
      <LoadedResults />
      <RaceView race={of.race} columns={columns} />
    </>
  )
}

/** Columns in a row, at most. */
const MAX_COLUMNS = 5

/** The same number in each row, or one less in the last. */
const columnsFor = (count: number): number => Math.ceil(count / Math.ceil(Math.max(1, count) / MAX_COLUMNS)) || 1

function Toolbar({ of, controller }: { of: Comparison; controller: RoomController }) {
  const { compare, tuning } = texts.value
  const { shown, profiles, paddingBytes } = of.settings.value
  const inForce = new Set(shown.map((name) => profiles[name] ?? DEFAULT_PROFILE))
  const [only] = inForce
  return (
    <section class="panel toolbar" aria-label={compare.settings}>
      <fieldset class="chips">
        <legend class="sr">{compare.columns}</legend>
        {servedTransports.value.map((name) => (
          <label key={name} class="chip" data-transport={name}>
            <input
              type="checkbox"
              checked={shown.includes(name)}
              onChange={({ currentTarget }) => of.show(name, currentTarget.checked)}
            />
            <Glyph of={name} />
            <span>{labelOf(name)}</span>
          </label>
        ))}
      </fieldset>
      {of.links.value.length > 0 && (
        <label class="field">
          <span>{compare.linkAll}</span>
          <LinkSelect
            value={inForce.size === 1 ? (only ?? null) : null}
            label={compare.linkAll}
            onChoose={(profile) => of.setProfile(null, profile)}
          />
        </label>
      )}
      <IntervalSlider controller={controller} isOff={!shown.some((name) => transports[name].mode === 'interval')} />
      <SizeSelect
        className="field"
        label={tuning.padding}
        title={tuning.paddingTitle}
        value={paddingBytes}
        sizes={PADDING_BYTES}
        other={tuning.paddingNone}
        set={(bytes) => of.pad(bytes ?? 0)}
      />
      <BotControls of={of} />
    </section>
  )
}

/** The browser's limit of connections, and a warning when it is reached. */
function Connections({ of, controller }: { of: Comparison; controller: RoomController }) {
  const { compare } = texts.value
  if (of.links.value.length > 0) return <>{compare.ownPorts}</>
  if (isMultiplexed) return <>{compare.multiplexed}</>
  const used = [
    ...of.columns.value.map(({ transport, meter }) => ({ transport, meter })),
    { transport: controller.transport.value, meter: controller.meter },
  ].reduce((sum, { transport, meter }) => {
    const { counts, connections } = meter.reading.value ?? {}
    const sockets = modeOf(transport, counts).carrier === 'WebSocket' ? 1 : 0
    return sum + Math.max(0, (connections ?? 0) - sockets)
  }, 0)
  return (
    <span>
      {compare.sharedPort(whole(used))}{' '}
      {used >= CONNECTIONS_PER_PORT && <strong role="alert">{compare.sharedFull}</strong>}
    </span>
  )
}
