import { TRANSPORTS } from '../src/protocol.ts'
import { startPlayground } from './playground.ts'
import { transportContract } from './transport.contract.ts'

for (const name of TRANSPORTS) transportContract(name, (config) => startPlayground(config))
