/** By what rule a transport is late. Whatever does not poll pushes. */
export function kindOf(subject: string): 'interval' | 'held' | 'push' {
  if (/^(short|snapshot|jsonp)-poll/.test(subject)) return 'interval'
  return subject.startsWith('long-poll') ? 'held' : 'push'
}
