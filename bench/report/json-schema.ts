import { reportSchema } from './schema.ts'

/** The JSON Schema that stands beside the code, as text. Draft 7: TypeBox writes its tuples so. */
export function jsonSchemaText(): string {
  const { type, required, properties } = reportSchema
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'A report of transport-playground’s benchmark',
    description: 'Durations are in the unit that their name ends with; bytes are bytes; rates are per second.',
    type,
    required,
    properties,
  }
  return `${JSON.stringify(schema, null, 2)}\n`
}
