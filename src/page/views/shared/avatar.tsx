/** A pattern by id, to distinguish members with similar names. Grey only: colours belong to the transports. */
export function Avatar({ of }: { of: string }) {
  let hash = 7
  for (const char of of) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) % 9973
  return <i class="avatar" aria-hidden="true" style={{ '--tone': String(hash % 6), '--turn': String(hash % 11) }} />
}
