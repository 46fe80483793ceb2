/** Where background failures are told of; Fastify's logger is one. */
export interface Log {
  warn: (about: object, text: string) => void
  debug: (about: object, text: string) => void
}
