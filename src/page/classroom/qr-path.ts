import { encode } from 'uqr'

/** A QR code as a path of unit squares, and the number of squares on each side without a margin. */
export interface QrPath {
  d: string
  size: number
}

/** Level M: a quarter as many squares more than the lowest level, and 15 % of them may be hidden, as by a reflection on a projector. */
export function qrPath(text: string): QrPath {
  const { data, size } = encode(text, { ecc: 'M', border: 0 })
  const d = data
    .flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : '')))
    .filter((square) => square !== '')
    .join('')
  return { d, size }
}
