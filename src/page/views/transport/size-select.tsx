import { bytes, spelled } from '../../browser/format.ts'

interface SizeSelectProps {
  label: string
  title: string
  /** Bytes; null for the option that `other` names. */
  value: number | null
  sizes: readonly (number | null)[]
  /** The word for null, or for 0. */
  other: string
  set: (bytes: number | null) => void
  className?: string
  isDisabled?: boolean
}

/** A choice of a size in bytes. */
export function SizeSelect({
  label,
  title,
  value,
  sizes,
  other,
  set,
  className = 'setting',
  isDisabled = false,
}: SizeSelectProps) {
  return (
    <label class={className} title={title}>
      <span>{label}</span>
      <select
        value={String(value ?? '')}
        disabled={isDisabled}
        onChange={({ currentTarget: { value: chosen } }) => set(chosen === '' ? null : Number(chosen))}
      >
        {sizes.map((size) => (
          <option key={size} value={String(size ?? '')}>
            {size ? spelled(bytes(size)) : other}
          </option>
        ))}
      </select>
    </label>
  )
}
