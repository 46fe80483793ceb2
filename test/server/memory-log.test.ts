import { MemoryLog } from '../../src/server/store/memory/memory-log.ts'
import { logContract } from '../contracts/log.contract.ts'

logContract('MemoryLog', (options) => Promise.resolve(new MemoryLog(options)))
