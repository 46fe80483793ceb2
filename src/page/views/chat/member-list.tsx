import type { Member } from '../../../protocol.ts'
import { texts } from '../../i18n/i18n.ts'
import type { RoomController } from '../../room/room-controller.ts'
import { Avatar } from '../shared/avatar.tsx'
import { Glyph, labelOf } from '../shared/transport-label.tsx'

/** The members, each with the transport by which it reads, the own one first. A click begins a private message. */
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
  const ownTransport = controller.transport.value
  const transports = controller.transports.value
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
          <li class="own" data-transport={ownTransport}>
            <span class="person" title={members.readsBy(labelOf(ownTransport))}>
              <Avatar of={ownMember.id} />
              <span>
                <bdi title={ownMember.name}>{ownMember.name}</bdi>
                <small>{members.you}</small>
                <small class="sr">{members.readsBy(labelOf(ownTransport))}</small>
              </span>
              <Glyph of={ownTransport} />
            </span>
          </li>
        )}
        {others.map((member) => {
          const transport = transports.get(member.id)
          const about = [
            // Speech input presses what a person reads, so the label contains the words in sight as they are.
            members.sendPrivately(member.bot ? `${member.name} ${members.bot}` : member.name),
            ...(member.bot ? [members.botTitle] : []),
            ...(transport ? [members.readsBy(labelOf(transport))] : []),
          ].join(' · ')
          return (
            <li key={member.id} data-transport={transport}>
              <button type="button" class="person" title={about} aria-label={about} onClick={() => address(member)}>
                <Avatar of={member.id} />
                <span>
                  <bdi>{member.name}</bdi> {member.bot && <small class="tag">{members.bot}</small>}
                </span>
                {transport && <Glyph of={transport} />}
              </button>
            </li>
          )
        })}
      </ul>
      {quietCount > 0 && (
        <p class="quiet" title={members.quietTitle}>
          {members.quiet(quietCount)}
        </p>
      )}
    </aside>
  )
}
