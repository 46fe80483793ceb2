import { useSignal } from '@preact/signals'
import { useEffect, useId, useRef } from 'preact/hooks'
import type { Member } from '../../../protocol.ts'
import { spelled, tenth } from '../../browser/format.ts'
import { texts } from '../../i18n/i18n.ts'
import type { RoomController } from '../../room/room-controller.ts'
import { BotSelect } from '../transport/bot-select.tsx'
import { ComposerForm } from './composer-view.tsx'
import { Log } from './message-list-view.tsx'
import { Members } from './member-list.tsx'
import { sayProblem } from '../shared/problem-text.ts'
import { isPhone } from '../shared/screen.ts'

export function Chat({ controller }: { controller: RoomController }) {
  const { chat, members } = texts.value
  const title = useId()
  const here = useId()
  const box = useRef<HTMLTextAreaElement>(null)
  const showsMembers = useSignal(false)

  const address = ({ name }: Member) => {
    showsMembers.value = false
    const rest = controller.composer.text.peek().replace(/^@\S*\s*/u, '')
    controller.composer.write(`@${name} ${rest}`)
    box.current?.focus()
  }

  return (
    <section class="panel chat" aria-labelledby={title} data-members={showsMembers.value}>
      <header class="head">
        <h2 id={title}>{chat.title}</h2>
        <State controller={controller} />
        {!isPhone.value && <BotSelect />}
        {controller.cursor.value !== null && (
          <p class="cursor" title={chat.cursorTitle}>
            {chat.cursor} <code>{controller.cursor.value}</code>
          </p>
        )}
        <button
          type="button"
          class="here"
          aria-expanded={showsMembers.value}
          aria-controls={here}
          title={members.show}
          onClick={() => (showsMembers.value = !showsMembers.value)}
        >
          {members.title} <b>{Math.max(controller.roster.value.size, controller.self.member.value ? 1 : 0)}</b>
        </button>
      </header>
      <Trouble controller={controller} />
      <div class="talk">
        <Log controller={controller} />
        {(!isPhone.value || showsMembers.value) && <Members controller={controller} id={here} address={address} />}
      </div>
      <ComposerForm controller={controller} box={box} />
    </section>
  )
}

function State({ controller }: { controller: RoomController }) {
  const { chat } = texts.value
  const { name } = controller.standing.status.value
  const isTrouble = controller.standing.isLost.value || name === 'ended'
  const word =
    name === 'ended'
      ? chat.ended
      : controller.standing.isLost.value
        ? chat.lost
        : name === 'open'
          ? chat.open
          : chat.connecting
  return (
    <p class="state" role="status" data-state={isTrouble ? 'trouble' : name}>
      <i class="pulse" />
      <span>{word}</span>
    </p>
  )
}

/** What happened, what is being done, and the one thing that a person can do. */
export function Trouble({ controller }: { controller: RoomController }) {
  const { chat } = texts.value
  const status = controller.standing.status.value
  if (status.name === 'ended') {
    const why = status.asked ? chat.endedAsked : chat.endedByServer
    return (
      <div class="trouble">
        <p role="alert">{status.problem ? sayProblem(status.problem) : why}</p>
        <button type="button" onClick={() => controller.rejoin()}>
          {chat.rejoin}
        </button>
      </div>
    )
  }
  if (!controller.standing.isLost.value) return null
  const why = controller.standing.why.value
  return (
    <div class="trouble">
      <p role="alert">
        {why ? sayProblem(why) : chat.lineLost}{' '}
        <span aria-hidden="true">
          {status.name === 'waiting' ? <Countdown untilMs={status.untilMs} /> : chat.tryingNow}
        </span>{' '}
        {chat.nothingLost}
      </p>
      <button type="button" disabled={status.name !== 'waiting'} onClick={() => controller.retry()}>
        {chat.retry}
      </button>
    </div>
  )
}

function Countdown({ untilMs }: { untilMs: number }) {
  const left = useSignal(untilMs - Date.now())
  useEffect(() => {
    const timer = setInterval(() => (left.value = untilMs - Date.now()), 100)
    return () => clearInterval(timer)
  }, [untilMs, left])
  return <>{texts.value.chat.again(spelled({ figure: tenth(Math.max(0, left.value) / 1000), unit: 's' }))}</>
}
