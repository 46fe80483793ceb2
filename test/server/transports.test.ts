import { TRANSPORTS } from '../../src/protocol.ts'
import { startPlayground } from '../support/playground.ts'
import { transportContract } from '../contracts/transport.contract.ts'

for (const name of TRANSPORTS) transportContract(name, (config) => startPlayground(config))
