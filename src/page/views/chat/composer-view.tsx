import type { RefObject } from 'preact'
import { useId, useLayoutEffect } from 'preact/hooks'
import { transports } from '../../../client/transports/index.ts'
import { LIMITS } from '../../../protocol.ts'
import { lengthOf, type Complaint } from '../../room/composer.ts'
import { shorten, whole } from '../../browser/format.ts'
import { isComposing } from '../../browser/keys.ts'
import { texts } from '../../i18n/i18n.ts'
import type { RoomController } from '../../room/room-controller.ts'
import { problemText } from '../shared/problem-text.ts'
import { MentionList, useMentions } from './mention-list.tsx'

/** From this length on the count is shown. */
const NEARLY_FULL = 0.9 * LIMITS.textLength

export function ComposerForm({
  controller,
  box,
}: {
  controller: RoomController
  box: RefObject<HTMLTextAreaElement | null>
}) {
  const { composer: words } = texts.value
  const { text, complaint } = controller.composer
  const hintId = useId()
  const { isSpectator } = transports[controller.transport.value]
  const isEnded = controller.connection.status.value.name === 'ended'
  const canSend = controller.identity.member.value !== null && !isEnded
  const mentions = useMentions(controller, box)
  const isOffering = mentions.members.length > 0
  const send = () => {
    controller.send()
    box.current?.focus()
  }

  useLayoutEffect(() => {
    const field = box.current
    if (!field) return
    field.style.height = 'auto'
    field.style.height = `${field.scrollHeight + field.offsetHeight - field.clientHeight}px`
  }, [box, text.value])

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <textarea
        ref={box}
        id="composer-text"
        rows={1}
        aria-label={words.label}
        aria-describedby={hintId}
        aria-invalid={complaint.value !== null}
        aria-autocomplete="list"
        aria-controls={isOffering ? mentions.listId : undefined}
        aria-activedescendant={isOffering ? mentions.optionId(mentions.active) : undefined}
        placeholder={words.placeholder}
        enterkeyhint="send"
        value={text.value}
        onInput={({ currentTarget }) => {
          controller.composer.write(currentTarget.value)
          mentions.moved()
        }}
        onKeyUp={mentions.moved}
        onClick={mentions.moved}
        onFocus={mentions.moved}
        onBlur={mentions.close}
        onKeyDown={(event) => {
          if (mentions.press(event)) return
          if (event.key !== 'Enter' || event.shiftKey || isComposing(event)) return
          event.preventDefault()
          send()
        }}
      />
      <MentionList mentions={mentions} />
      <button
        type="submit"
        class="send"
        disabled={!canSend}
        title={canSend ? undefined : isEnded ? words.notNow : words.joining}
      >
        <span>{words.send}</span>
        <kbd aria-hidden="true">↵</kbd>
      </button>
      <div class="hint" id={hintId}>
        {complaint.value ? (
          <p class="complaint" role="alert">
            <ComplaintText about={complaint.value} />
          </p>
        ) : (
          <p>
            <code>@name</code> {isSpectator ? words.spectator : words.private} · <code>/close</code> {words.close}
          </p>
        )}
        <LengthCount of={text.value} />
      </div>
    </form>
  )
}

function ComplaintText({ about }: { about: Complaint }) {
  const { composer: words } = texts.value
  if (about.type === 'unknown') return <>{words.unknown(<bdi key="name">{about.name}</bdi>)}</>
  if (about.type === 'no-text') return <>{words.noText(<bdi key="name">{about.name}</bdi>)}</>
  if (about.type === 'too-long') return <>{words.tooLong(whole(about.length), whole(LIMITS.textLength))}</>
  const quoted = shorten(about.text, 40)
  return <>{words.refused(problemText(about.problem), <bdi key="text">{quoted}</bdi>)}</>
}

function LengthCount({ of: text }: { of: string }) {
  if (text.length < NEARLY_FULL) return null
  const length = lengthOf(text)
  return (
    <p class="count" data-over={length > LIMITS.textLength}>
      {texts.value.composer.count(whole(length), whole(LIMITS.textLength))}
    </p>
  )
}
