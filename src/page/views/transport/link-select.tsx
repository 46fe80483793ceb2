import { spelled, tenth, whole } from '../../browser/format.ts'
import { texts } from '../../i18n/i18n.ts'
import { links, profilesOf } from '../../network/links.ts'
import { linkLabelOf } from '../shared/transport-label.tsx'

interface LinkSelectProps {
  /** A profile; null when several are in force. */
  value: string | null
  label: string
  /** The names only, without round trip and bandwidth. */
  isBrief?: boolean
  onChoose: (profile: string) => void
}

/** The links that a connection can use. */
export function LinkSelect({ value, label, isBrief = false, onChoose }: LinkSelectProps) {
  const { compare, links: words } = texts.value
  return (
    <select
      aria-label={label}
      title={words.about}
      value={value ?? ''}
      onChange={({ currentTarget }) => onChoose(currentTarget.value)}
    >
      {value === null && (
        <option value="" disabled>
          {compare.mixed}
        </option>
      )}
      {profilesOf(links.value).map((profile) => (
        <option key={profile} value={profile}>
          {isBrief ? linkLabelOf(profile) : nameOf(profile)}
        </option>
      ))}
    </select>
  )
}

/** A profile's name, with its round trip and bandwidth. */
function nameOf(profile: string): string {
  const link = links.value.find((candidate) => candidate.profile === profile)
  const name = linkLabelOf(profile)
  const details = [
    link && link.rttMs > 0 && spelled({ figure: whole(link.rttMs), unit: 'ms' }),
    link?.bitsPerSecond && spelled({ figure: perSecond(link.bitsPerSecond), unit: 'Mbit/s' }),
  ].filter(Boolean)
  return details.length > 0 ? `${name} · ${details.join(', ')}` : name
}

const perSecond = (bits: number): string => (bits % 1e6 === 0 ? whole : tenth)(bits / 1e6)
