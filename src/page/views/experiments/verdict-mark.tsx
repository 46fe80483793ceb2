import type { ClaimVerdict } from '../../lessons/lesson.ts'
import type { Verdict } from '../../lessons/verdict.ts'

const DISC = 'M2 8a6 6 0 1 0 12 0a6 6 0 1 0 -12 0z'
const DIAMOND = 'M8 1.5L14.5 8L8 14.5L1.5 8z'
const RING = 'M2.5 8a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0 -11 0z'

interface MarkShape {
  path: string
  look: 'full' | 'half' | 'open' | 'dotted' | 'none'
}

const NONE: MarkShape = { path: RING, look: 'none' }
const SHAPES: Record<Verdict | ClaimVerdict, MarkShape> = {
  agrees: { path: DISC, look: 'full' },
  'does not agree': { path: DIAMOND, look: 'open' },
  'too noisy to say': { path: RING, look: 'dotted' },
  holds: { path: DISC, look: 'full' },
  'holds in part': { path: RING, look: 'half' },
  'does not hold': { path: DIAMOND, look: 'open' },
  open: { path: RING, look: 'dotted' },
}

/** A filled disc, a half disc, an open diamond, a dotted ring; a thin ring without a verdict. Words stand beside the mark. */
export function VerdictMark({ verdict }: { verdict: Verdict | ClaimVerdict | null }) {
  const { path, look } = verdict === null ? NONE : SHAPES[verdict]
  return (
    <svg class="verdict-mark" data-look={look} viewBox="0 0 16 16" aria-hidden="true">
      <path d={path} />
      {look === 'half' && <path class="half" d="M8 2.5a5.5 5.5 0 0 1 0 11z" />}
    </svg>
  )
}
