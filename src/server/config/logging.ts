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

/** One JSON object a line on standard output. Headers and session ids stay out: who has them has a member's rights. */
export function createLog(level: Config['logLevel']): Logger {
  return pino({
    level,
    serializers: {
      req: ({ method, url, host, ip }: LoggedRequest) => ({ method, url: recordedPath(url), host, remoteAddress: ip }),
    },
  })
}

/**
 * Fastify logs each request and its answer at level info, by a logger and two listeners that each request has for itself. At
 * other levels requests do without: what is to be logged goes by the server's logger.
 */
export function fastifyLogging(log: Logger): Pick<FastifyServerOptions, 'logger' | 'loggerInstance'> {
  return log.isLevelEnabled('info') ? { loggerInstance: log } : { logger: false }
}
