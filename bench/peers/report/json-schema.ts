import { peersReportSchema } from './schema.ts'

/** The JSON Schema that stands beside the code, as text. */
export function peersSchemaText(): string {
  const { type, required, properties } = peersReportSchema
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'A report of transport-playground beside its peers',
    description: 'Durations are in the unit that their name ends with; bytes are bytes; rates are per second.',
    type,
    required,
    properties,
  }
  return `${JSON.stringify(schema, null, 2)}\n`
}
