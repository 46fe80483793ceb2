import type { Member } from '../../../protocol.ts'
import { texts } from '../../i18n/i18n.ts'
import type { RoomController } from '../../room/room-controller.ts'
import { Avatar } from '../shared/avatar.tsx'

/** Who is here, oneself first. A click begins a private word. */
export function Members({
  controller,
  id,
  address,
}: {
  controller: RoomController
  id: string
  address: (member: Member) => void
}) {
  const { members } = texts.value
  const self = controller.self.member.value
  const others = [...controller.roster.value.values()].filter((member) => member.id !== self?.id)
  return (
    <aside class="members" id={id} aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}>
        {members.title} <span>{others.length + (self ? 1 : 0)}</span>
      </h3>
      <ul>
        {self && (
          <li class="you">
            <span class="person">
              <Avatar of={self.id} />
              <span>
                <bdi title={self.name}>{self.name}</bdi>
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
              title={members.speakTo(member.name)}
              aria-label={members.speakTo(member.name)}
              onClick={() => address(member)}
            >
              <Avatar of={member.id} />
              <bdi>{member.name}</bdi>
            </button>
          </li>
        ))}
      </ul>
    </aside>
  )
}
