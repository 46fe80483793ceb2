import { useSignal } from '@preact/signals'
import type { RefObject } from 'preact'
import { useEffect, useId } from 'preact/hooks'
import type { Member } from '../../../protocol.ts'
import { isComposing } from '../../browser/keys.ts'
import { texts } from '../../i18n/i18n.ts'
import { begunName, membersNamed } from '../../room/mention.ts'
import type { RoomController } from '../../room/room-controller.ts'
import { Avatar } from '../shared/avatar.tsx'

export interface Mentions {
  members: readonly Member[]
  /** The highlighted member, which Enter and Tab choose. */
  active: number
  listId: string
  optionId: (index: number) => string
  choose: (member: Member) => void
  /** @returns true if the key was for the list */
  press: (event: KeyboardEvent) => boolean
  /** The text, the caret or the focus of the field has changed. */
  moved: () => void
  close: () => void
}

/** The members that the text in the field may be for, while their name is being written after an @. */
export function useMentions(controller: RoomController, box: RefObject<HTMLTextAreaElement | null>): Mentions {
  const listId = useId()
  const begun = useSignal<string | null>(null)
  const active = useSignal(0)
  const isClosed = useSignal(false)
  const members =
    begun.value === null || isClosed.value
      ? []
      : membersNamed(begun.value, controller.roster.value, controller.identity.member.value?.id)
  const at = Math.min(active.value, members.length - 1)

  const moved = () => {
    const field = box.current
    const name =
      field && document.activeElement === field && field.selectionStart === field.selectionEnd
        ? begunName(field.value, field.selectionStart)
        : null
    if (name === begun.peek()) return
    if (name === null || begun.peek() === null) isClosed.value = false
    begun.value = name
    active.value = 0
  }
  const choose = ({ name }: Member) => {
    const field = box.current
    if (!field) return
    field.focus()
    field.setRangeText(`@${name}`, 0, field.selectionStart, 'end')
    const after = field.selectionStart
    if (field.value.charAt(after) !== ' ') field.setRangeText(' ', after, after)
    field.setSelectionRange(after + 1, after + 1)
    controller.composer.write(field.value)
    moved()
  }
  const press = (event: KeyboardEvent): boolean => {
    const member = members[at]
    if (!member || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey || isComposing(event)) return false
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      active.value = (at + (event.key === 'ArrowDown' ? 1 : members.length - 1)) % members.length
    } else if (event.key === 'Enter' || event.key === 'Tab') choose(member)
    else if (event.key === 'Escape') isClosed.value = true
    else return false
    event.preventDefault()
    return true
  }
  return {
    members,
    active: at,
    listId,
    optionId: (index) => `${listId}-${index}`,
    choose,
    press,
    moved,
    close: () => (begun.value = null),
  }
}

/** The members to choose from. The field keeps the focus, and names the highlighted member to screen readers. */
export function MentionList({ mentions }: { mentions: Mentions }) {
  const { composer: words, members: memberWords } = texts.value
  const { members, active, listId, optionId, choose } = mentions
  const activeId = optionId(active)
  useEffect(() => {
    if (members.length > 0) document.getElementById(activeId)?.scrollIntoView({ block: 'nearest' })
  }, [activeId, members])
  return (
    <>
      {members.length > 0 && (
        <ul id={listId} class="mentions" role="listbox" aria-label={words.mentions}>
          {members.map((member, index) => (
            <li
              key={member.id}
              id={optionId(index)}
              role="option"
              aria-selected={index === active}
              // The field keeps the focus, and the input method its text.
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => choose(member)}
            >
              <Avatar of={member.id} />
              <bdi>{member.name}</bdi>
              {member.bot && <small class="tag">{memberWords.bot}</small>}
            </li>
          ))}
        </ul>
      )}
      <p class="sr" role="status">
        {members.length > 0 && words.mentionCount(members.length)}
      </p>
    </>
  )
}
