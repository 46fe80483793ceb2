import type { FastifyServerOptions } from 'fastify'
import { pino, type Logger } from 'pino'
import { recordedPath } from '../../meter.ts'
import type { Config } from './settings.ts'

interface LoggedRequest {
  method: string
  url: string
  host: string
  ip: string
}

/** JSON leaves these characters as they are, and a terminal acts on them: DEL, C1, and line ends outside ASCII. */
const ACTIVE = /[\u007f-\u009f\u2028\u2029]/g
const printable = (text: string): string => text.replace(ACTIVE, (character) => encodeURIComponent(character))

/** Writes one JSON object per line to standard output. Headers and session ids are left out: they give a member's rights. */
export function createLog(level: Config['logLevel']): Logger {
  return pino({
    level,
    serializers: {
      req: ({ method, url, host, ip }: LoggedRequest) => ({
        method,
        url: printable(recordedPath(url)),
        host: printable(host),
        remoteAddress: printable(ip),
      }),
    },
  })
}

/**
 * At level info, Fastify logs each request and its answer, with a logger and two listeners for each request. At other levels
 * requests have no own logger, and errors go to the server's logger.
 */
export function fastifyLogging(log: Logger): Pick<FastifyServerOptions, 'logger' | 'loggerInstance'> {
  return log.isLevelEnabled('info') ? { loggerInstance: log } : { logger: false }
}
