import type { TObject } from 'typebox'

/** A JSON Schema file of a report, as text. Draft 7, because TypeBox writes tuples in the syntax of that draft. */
export function jsonSchemaText({ type, required, properties }: TObject, title: string): string {
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title,
    description: 'A duration is in the unit at the end of its name; rates are per second.',
    type,
    required,
    properties,
  }
  return `${JSON.stringify(schema, null, 2)}\n`
}
