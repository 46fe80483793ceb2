import { useSignal } from '@preact/signals'
import { useEffect, useId, useRef } from 'preact/hooks'
import type { Member } from '../../../protocol.ts'
import { spelled, tenth } from '../../browser/format.ts'
import { texts } from '../../i18n/i18n.ts'
import type { RoomController } from '../../room/room-controller.ts'
import { waitsForConnection } from '../../state/tab-requests.ts'
import { BotSelect } from '../transport/bot-select.tsx'
import { ComposerForm } from './composer-view.tsx'
import { MessageListView } from './message-list-view.tsx'
import { MemberList } from './member-list.tsx'
import { ExampleList } from './example-list.tsx'
import { problemText } from '../shared/problem-text.ts'
import { isPhone } from '../shared/screen.ts'

export function Chat({ controller }: { controller: RoomController }) {
  const { chat, members, examples } = texts.value
  const title = useId()
  const examplesId = useId()
  const memberListId = useId()
  const box = useRef<HTMLTextAreaElement>(null)
  const showsMembers = useSignal(false)
  const showsExamples = useSignal(false)
  const isEmpty = controller.messages.messageCount.value === 0

  const addressMember = ({ name }: Member) => {
    showsMembers.value = false
    const rest = controller.composer.text.peek().replace(/^@\S*\s*/u, '')
    controller.composer.write(`@${name} ${rest}`)
    box.current?.focus()
  }

  return (
    <section class="panel chat" aria-labelledby={title} data-members={showsMembers.value}>
      <header class="head">
        <h2 id={title}>{chat.title}</h2>
        <ConnectionState controller={controller} />
        {!isPhone.value && <BotSelect />}
        {!isEmpty && (
          <button
            type="button"
            class="show-examples"
            aria-expanded={showsExamples.value}
            aria-controls={examplesId}
            onClick={() => (showsExamples.value = !showsExamples.value)}
          >
            {examples.show}
          </button>
        )}
        {controller.cursor.value !== null && (
          <p class="cursor" title={chat.cursorTitle}>
            {chat.cursor} <code>{controller.cursor.value}</code>
          </p>
        )}
        <button
          type="button"
          class="show-members"
          aria-expanded={showsMembers.value}
          aria-controls={memberListId}
          title={members.show}
          onClick={() => (showsMembers.value = !showsMembers.value)}
        >
          {members.title} <b>{Math.max(controller.roster.value.size, controller.identity.member.value ? 1 : 0)}</b>
        </button>
      </header>
      <ConnectionProblem controller={controller} />
      {!isEmpty && showsExamples.value && (
        <div class="example-strip" id={examplesId}>
          <ExampleList room={controller.room} choose={() => (showsExamples.value = false)} />
        </div>
      )}
      <div class="chat-body">
        <MessageListView controller={controller} />
        {(!isPhone.value || showsMembers.value) && (
          <MemberList controller={controller} id={memberListId} address={addressMember} />
        )}
      </div>
      <ComposerForm controller={controller} box={box} />
    </section>
  )
}

function ConnectionState({ controller }: { controller: RoomController }) {
  const { chat } = texts.value
  const { name } = controller.connection.status.value
  const isProblem = controller.connection.isLost.value || name === 'ended'
  const word =
    name === 'ended'
      ? chat.ended
      : controller.connection.isLost.value
        ? controller.connection.isNeverOpen.value
          ? chat.neverOpen
          : chat.lost
        : name === 'open'
          ? chat.open
          : chat.connecting
  return (
    <p class="state" role="status" data-state={isProblem ? 'problem' : name}>
      <i class="pulse" />
      <span>{word}</span>
    </p>
  )
}

/** The problem of the connection, the next attempt, and the button to connect now. */
export function ConnectionProblem({ controller }: { controller: RoomController }) {
  const { chat } = texts.value
  const status = controller.connection.status.value
  if (status.name === 'ended') {
    const ending = status.asked ? chat.endedAsked : chat.endedByServer
    return (
      <div class="problem">
        <p role="alert">{status.problem ? problemText(status.problem) : ending}</p>
        <button type="button" onClick={() => controller.rejoin()}>
          {chat.rejoin}
        </button>
      </div>
    )
  }
  const { isLost, isNeverOpen, problem: lastProblem, obstacle: lastObstacle } = controller.connection
  const obstacle = lastObstacle.value
  if (!isLost.value || waitsForConnection.value) {
    const why = waitsForConnection.value ? chat.waitsInBrowser : obstacle && chat.obstacles[obstacle]
    return (
      why && (
        <div class="problem">
          <p role="alert">{why}</p>
        </div>
      )
    )
  }
  const problem = lastProblem.value
  const what = obstacle ? chat.obstacles[obstacle] : isNeverOpen.value ? chat.notOpenYet : chat.connectionLost
  return (
    <div class="problem">
      <p role="alert">
        {problem ? problemText(problem) : what}{' '}
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
  return <>{texts.value.chat.retryIn(spelled({ figure: tenth(Math.max(0, left.value) / 1000), unit: 's' }))}</>
}
