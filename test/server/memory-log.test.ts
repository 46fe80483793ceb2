import { MemoryLog } from '../../src/server/store/memory/memory-log.ts'
import { logContract } from '../contracts/log.contract.ts'
import { unlimitedBytes } from '../support/log-options.ts'

logContract('MemoryLog', (options) => Promise.resolve(new MemoryLog({ ...unlimitedBytes(), ...options })))
