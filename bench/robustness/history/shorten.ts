import { checkHistory } from './check.ts'
import type { Entry, History } from './history.ts'
import type { Violation } from './violation.ts'

const idOf = (entry: Entry): string | null => ('id' in entry ? entry.id : null)

/**
 * The shortest history that still has the first violation. Events are removed from the histories of all clients at once, and
 * clients as a whole, so that a removal never makes a violation.
 */
export function shorten(history: History): { history: History; violation: Violation } | null {
  const [violation] = checkHistory(history)
  if (!violation) return null
  const fails = (candidate: History) =>
    checkHistory(candidate).some(
      ({ kind, client, id }) => kind === violation.kind && client === violation.client && id === violation.id,
    )
  const clients = minimal(
    history.clients.map(({ client }) => client),
    (kept) => fails(ofClients(history, kept)),
  )
  const fewer = ofClients(history, clients)
  const ids = [...new Set(fewer.clients.flatMap(({ entries }) => entries.flatMap((entry) => idOf(entry) ?? [])))]
  const short = ofIds(
    fewer,
    minimal(ids, (kept) => fails(ofIds(fewer, kept))),
  )
  return { history: { ...short, faults: faultsAround(short) }, violation }
}

const ofClients = (history: History, names: readonly string[]): History => ({
  ...history,
  clients: history.clients.filter(({ client }) => names.includes(client)),
})

function ofIds(history: History, ids: readonly string[]): History {
  const kept = new Set(ids)
  const isKept = (entry: Entry) => {
    const id = idOf(entry)
    return id === null || kept.has(id)
  }
  return {
    ...history,
    clients: history.clients.map(({ client, entries }) => ({ client, entries: entries.filter(isKept) })),
  }
}

/** Delta debugging (Zeller and Hildebrandt 2002), complements only: a subset that fails, of which no chunk can be removed. */
function minimal<T>(all: readonly T[], fails: (kept: readonly T[]) => boolean): readonly T[] {
  let kept = all
  for (let size = Math.ceil(all.length / 2); ; size = Math.max(1, Math.floor(size / 2))) {
    const before = kept.length
    for (let start = 0; start < kept.length;) {
      const fewer = [...kept.slice(0, start), ...kept.slice(start + size)]
      if (fails(fewer)) kept = fewer
      else start += size
    }
    if (size <= 1 && kept.length === before) return kept
  }
}

/** Faults between the first and the last event that is left. */
function faultsAround({ clients, faults }: History): History['faults'] {
  const times = clients.flatMap(({ entries }) =>
    entries.filter((entry) => idOf(entry) !== null).map(({ atMs }) => atMs),
  )
  const from = Math.min(...times)
  const to = Math.max(...times)
  return faults.filter(({ atMs }) => atMs >= from && atMs <= to)
}
