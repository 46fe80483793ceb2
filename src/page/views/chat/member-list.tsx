import type { Member } from '../../../protocol.ts'
import { texts } from '../../i18n/i18n.ts'
import type { RoomController } from '../../room/room-controller.ts'
import { Avatar } from '../shared/avatar.tsx'

/** The members, the own one first. A click begins a private message. */
export function MemberList({
  controller,
  id,
  address,
}: {
  controller: RoomController
  id: string
  address: (member: Member) => void
}) {
  const { members } = texts.value
  const ownMember = controller.identity.member.value
  const all = [...controller.roster.value.values()].filter((member) => member.id !== ownMember?.id)
  const others = all.filter(({ quiet }) => !quiet)
  const quietCount = all.length - others.length
  return (
    <aside class="members" id={id} aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}>
        {members.title} <span>{others.length + (ownMember ? 1 : 0)}</span>
      </h3>
      <ul>
        {ownMember && (
          <li class="own">
            <span class="person">
              <Avatar of={ownMember.id} />
              <span>
                <bdi title={ownMember.name}>{ownMember.name}</bdi>
                <small>{members.you}</small>
              </span>
            </span>
          </li>
        )}
        {others.map((member) => (
          <li key={member.id}>
            <button
              type="button"
              class="person"
              title={members.sendPrivately(member.name)}
              aria-label={members.sendPrivately(member.name)}
              onClick={() => address(member)}
            >
              <Avatar of={member.id} />
              <bdi>{member.name}</bdi>
            </button>
          </li>
        ))}
      </ul>
      {quietCount > 0 && (
        <p class="quiet" title={members.quietTitle}>
          {members.quiet(quietCount)}
        </p>
      )}
    </aside>
  )
}
