import { peersReportSchema } from './schema.ts'

/** The text of peers.schema.json. */
export function peersSchemaText(): string {
  const { type, required, properties } = peersReportSchema
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'A report of transport-playground beside its peers',
    description: 'A duration is in the unit at the end of its name; rates are per second.',
    type,
    required,
    properties,
  }
  return `${JSON.stringify(schema, null, 2)}\n`
}
