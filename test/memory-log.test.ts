import { MemoryLog } from '../src/server/memory-log.ts'
import { logContract } from './log.contract.ts'

logContract('MemoryLog', (options) => Promise.resolve(new MemoryLog(options)))
