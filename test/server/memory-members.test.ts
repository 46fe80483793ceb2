import { MemoryStore } from '../../src/server/store/memory/memory-store.ts'
import { membersContract } from '../contracts/members.contract.ts'
import { unlimitedBytes } from '../support/log-options.ts'

membersContract('MemoryMembers', (options) => {
  const room = new MemoryStore({ ...unlimitedBytes(), ...options, historyEvents: 1000, retainEvents: 1000 }).room()
  return Promise.resolve([room, room])
})
