/** Where background failures are told of; Fastify's logger is one. */
export interface Logger {
  warn: (about: object, text: string) => void
  debug: (about: object, text: string) => void
}
