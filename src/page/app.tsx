import { computed, useSignal } from '@preact/signals'
import { useEffect, useLayoutEffect } from 'preact/hooks'
import { texts } from './i18n/i18n.ts'
import { addressOf, DEFAULT_ROOM, route } from './browser/router.ts'
import type { RoomController } from './room/room-controller.ts'
import { currentRoom } from './state/store.ts'
import { Chat } from './views/chat/chat-view.tsx'
import { Compare } from './views/compare/compare-view.tsx'
import { Header } from './views/header.tsx'
import { TransportSettings } from './views/transport/transport-settings.tsx'
import { Lamps } from './views/status-lights.tsx'
import { Meters } from './views/meters/meters-view.tsx'
import { choices, isChosen, pane, shows } from './views/shared/screen.ts'
import { SocketPanel } from './views/wire/socket-view.tsx'
import { Switch } from './views/transport/transport-switch.tsx'
import { WireView } from './views/wire/wire-view.tsx'

const isComparing = computed(() => 'view' in route.value && route.value.view === 'compare')

export function App() {
  const here = currentRoom.value
  return (
    <>
      {here && (isComparing.value || shows('chat')) && <Skip />}
      <Header controller={here} />
      {!here ? (
        <NoRoom />
      ) : isComparing.value ? (
        <Compare key={here.room} controller={here} />
      ) : (
        <Room key={here.room} controller={here} />
      )}
    </>
  )
}

/** The address is the room's: the browser must not take this for one. */
function Skip() {
  const skip = (event: Event) => {
    event.preventDefault()
    document.getElementById('say')?.focus()
  }
  return (
    <a class="skip" href="#say" onClick={skip}>
      {texts.value.skip}
    </a>
  )
}

function Room({ controller }: { controller: RoomController }) {
  const { panes, meters, transport: transportWords } = texts.value
  const transport = controller.transport.value
  useLayoutEffect(() => {
    document.body.dataset['transport'] = transport
    // Beside one another no transport is in force.
    return () => delete document.body.dataset['transport']
  }, [transport])
  useTitle(controller)
  return (
    <>
      <section class="controls" aria-label={transportWords.group}>
        <Switch controller={controller} />
        <div class="deck">
          <TransportSettings controller={controller} />
          <Lamps controller={controller} />
        </div>
      </section>
      {choices().length > 0 && (
        <nav class="panes" aria-label={panes.group}>
          {choices().map((name) => (
            <button key={name} type="button" aria-pressed={isChosen(name)} onClick={() => (pane.value = name)}>
              {panes[name]}
            </button>
          ))}
        </nav>
      )}
      <main class="bench">
        {shows('chat') && <Chat controller={controller} />}
        {shows('wire') && <WireView wire={controller.wire} name={controller.room} />}
        {(shows('meters') || shows('socket')) && (
          <div class="meter">
            {shows('meters') && <Meters controller={controller} />}
            {shows('socket') && <SocketPanel controller={controller} />}
          </div>
        )}
      </main>
      <footer class="base">{meters.basis}</footer>
    </>
  )
}

function NoRoom() {
  const { header } = texts.value
  const name = 'badRoom' in route.value ? route.value.badRoom : ''
  return (
    <main class="no-room">
      <h1>{header.noSuchRoom(<bdi key="name">{name}</bdi>)}</h1>
      <p>{header.badRoom}</p>
      <p>
        <a href={addressOf(DEFAULT_ROOM)}>{header.toLobby}</a>
      </p>
    </main>
  )
}

/** What was said while nobody looked stands in the title. */
function useTitle({ room, history }: RoomController): void {
  const seen = useSignal(history.messages.peek())
  const messages = history.messages.value
  const missed = messages - seen.value
  useEffect(() => {
    const look = () => {
      if (!document.hidden) seen.value = messages
    }
    look()
    document.addEventListener('visibilitychange', look)
    return () => document.removeEventListener('visibilitychange', look)
  }, [messages, seen])
  useEffect(() => {
    document.title = `${missed > 0 && document.hidden ? `(${missed}) ` : ''}#${room} · ${texts.value.title}`
  }, [missed, room])
}
