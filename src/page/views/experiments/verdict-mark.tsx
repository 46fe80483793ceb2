import type { Verdict } from '../../lessons/verdict.ts'

const SHAPES: Record<Verdict, string> = {
  agrees: 'M2 8a6 6 0 1 0 12 0a6 6 0 1 0 -12 0z',
  'does not agree': 'M8 1.5L14.500 8L8 14.500L1.500 8z',
  'too noisy to say': 'M2.500 8a5.500 5.500 0 1 0 11 0a5.500 5.500 0 1 0 -11 0z',
}

/** A filled disc, an open diamond, a dotted ring; a thin ring without a verdict. Words stand beside the mark. */
export function VerdictMark({ verdict }: { verdict: Verdict | null }) {
  return (
    <svg class="verdict-mark" data-verdict={verdict ?? 'none'} viewBox="0 0 16 16" aria-hidden="true">
      <path d={SHAPES[verdict ?? 'too noisy to say']} />
    </svg>
  )
}
