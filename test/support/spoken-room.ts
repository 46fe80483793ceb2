import { draft, person, startPlayground, type Person, type TestPlayground } from './playground.ts'

/** Posts the texts, one after the other. */
export async function say({ base }: TestPlayground, who: Person, ...texts: string[]): Promise<void> {
  for (const text of texts) {
    const headers = { authorization: `Bearer ${who.token}`, 'content-type': 'application/json' }
    await fetch(`${base}/rooms/lobby/messages`, { method: 'POST', headers, body: JSON.stringify(draft(text)) })
  }
}

/** A room in which ada has said `hello`. */
export async function startWithHello(config: Parameters<typeof startPlayground>[0] = {}) {
  const playground = await startPlayground(config)
  const ada = await person(playground, 'ada')
  await say(playground, ada, 'hello')
  return { playground, ada, room: `${playground.base}/rooms/lobby`, head: () => playground.rooms.get('lobby').log.head }
}
