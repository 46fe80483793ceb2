/** A pattern by id, so that two with like names can be told apart at a glance. Ink only: colour is the transports'. */
export function Avatar({ of }: { of: string }) {
  let hash = 7
  for (const char of of) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) % 9973
  return <i class="avatar" aria-hidden="true" style={{ '--tone': String(hash % 6), '--turn': String(hash % 11) }} />
}
