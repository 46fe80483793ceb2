import { computed, useSignal } from '@preact/signals'
import { useEffect, useLayoutEffect } from 'preact/hooks'
import { texts } from './i18n/i18n.ts'
import { isLecture } from './browser/lecture.ts'
import { addressOf, DEFAULT_ROOM, pageAddress } from './browser/router.ts'
import type { RoomController } from './room/room-controller.ts'
import { currentRoom } from './state/store.ts'
import { Chat } from './views/chat/chat-view.tsx'
import { LoadedCompare } from './views/compare/loaded-compare.tsx'
import { LoadedGuide } from './views/guides/loaded-guide.tsx'
import { Header } from './views/header.tsx'
import { TransportSettings } from './views/transport/transport-settings.tsx'
import { StatusLights } from './views/status-lights.tsx'
import { LatencyPanel, Meters } from './views/meters/meters-view.tsx'
import { choices, isChosen, chosenPanel, shows } from './views/shared/screen.ts'
import { SocketPanel } from './views/wire/socket-view.tsx'
import { TransportSwitch } from './views/transport/transport-switch.tsx'
import { WireView } from './views/wire/wire-view.tsx'

const isComparing = computed(() => 'view' in pageAddress.value && pageAddress.value.view === 'compare')

export function App() {
  const controller = currentRoom.value
  const at = pageAddress.value
  return (
    <>
      {controller && (isComparing.value || (shows('chat') && !isLecture.value)) && <SkipLink />}
      <Header controller={controller} />
      {'guide' in at ? (
        <LoadedGuide key={at.guide} name={at.guide} path={at.path} />
      ) : !controller ? (
        <NoRoom />
      ) : isComparing.value ? (
        <LoadedCompare key={controller.room} controller={controller} />
      ) : (
        <Room key={controller.room} controller={controller} />
      )}
    </>
  )
}

/** The URL fragment names the room: the browser must not navigate to this link's fragment. */
function SkipLink() {
  const skip = (event: Event) => {
    event.preventDefault()
    document.getElementById('composer-text')?.focus()
  }
  return (
    <a class="skip" href="#composer-text" onClick={skip}>
      {texts.value.skip}
    </a>
  )
}

function Room({ controller }: { controller: RoomController }) {
  const { panels, meters, transport: transportWords } = texts.value
  const transport = controller.transport.value
  useLayoutEffect(() => {
    document.body.dataset['transport'] = transport
    // In the comparison no transport is in force.
    return () => delete document.body.dataset['transport']
  }, [transport])
  useTitle(controller)
  useLayoutEffect(() => {
    if (isLecture.value) document.documentElement.dataset['lecture'] = ''
    return () => delete document.documentElement.dataset['lecture']
  }, [isLecture.value])
  return (
    <>
      <section class="controls" aria-label={transportWords.group}>
        <TransportSwitch controller={controller} />
        <div class="settings-row">
          <TransportSettings controller={controller} />
          <StatusLights controller={controller} />
        </div>
      </section>
      {isLecture.value ? (
        <main class="workspace">
          <WireView wire={controller.wire} name={controller.room} />
          <LatencyPanel controller={controller} />
        </main>
      ) : (
        <main class="workspace">
          {shows('chat') && <Chat controller={controller} />}
          {choices().length > 0 && (
            <nav class="panel-tabs" aria-label={panels.group}>
              {choices().map((name) => (
                <button
                  key={name}
                  type="button"
                  aria-pressed={isChosen(name)}
                  onClick={() => (chosenPanel.value = name)}
                >
                  {panels[name]}
                </button>
              ))}
            </nav>
          )}
          {shows('wire') && <WireView wire={controller.wire} name={controller.room} />}
          {(shows('meters') || shows('socket')) && (
            <div class="side-panels">
              {shows('meters') && <Meters controller={controller} />}
              {shows('socket') && <SocketPanel controller={controller} />}
            </div>
          )}
        </main>
      )}
      <footer class="page-footer">{meters.basis}</footer>
    </>
  )
}

function NoRoom() {
  const { header } = texts.value
  const at = pageAddress.value
  return (
    <main class="no-room">
      {'badPath' in at ? (
        <h1>{header.noSuchPage(<bdi key="path">#/{at.badPath}</bdi>)}</h1>
      ) : (
        <>
          <h1>{header.noSuchRoom(<bdi key="name">{'badRoom' in at ? at.badRoom : ''}</bdi>)}</h1>
          <p>{header.badRoom}</p>
        </>
      )}
      <p>
        <a href={addressOf(DEFAULT_ROOM)}>{header.toLobby}</a>
      </p>
    </main>
  )
}

/** Shows the number of messages missed while the page was hidden in the title. */
function useTitle({ room, messages }: RoomController): void {
  const seen = useSignal(messages.messageCount.peek())
  const count = messages.messageCount.value
  const missed = count - seen.value
  useEffect(() => {
    const look = () => {
      if (!document.hidden) seen.value = count
    }
    look()
    document.addEventListener('visibilitychange', look)
    return () => document.removeEventListener('visibilitychange', look)
  }, [count, seen])
  useEffect(() => {
    document.title = `${missed > 0 && document.hidden ? `(${missed}) ` : ''}#${room} · ${texts.value.title}`
  }, [missed, room])
}
