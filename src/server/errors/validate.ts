import type { FastifySchemaCompiler } from 'fastify'
import type { Static, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { DomainError, type ErrorFacts } from './domain-error.ts'

/**
 * One validator for HTTP and WebSocket, so that every transport accepts the same input. It does not change the input: numbers are
 * not converted to strings, and unknown fields are refused, not dropped.
 *
 * @throws DomainError `invalid` that names the field and the limit
 */
export function validator<S extends TSchema>(schema: S): (value: unknown) => Static<S> {
  const compiled = Compile(schema)
  return (value) => {
    if (compiled.Check(value)) return value
    throw explain(compiled.Errors(value), schema)
  }
}

/** The same validator in the form that Fastify needs. */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema }) => {
  const validate = validator(schema)
  return (value: unknown) => {
    try {
      return { value: validate(value) }
    } catch (error) {
      return { error: error as Error }
    }
  }
}

interface SchemaError {
  keyword: string
  instancePath: string
  params: object
  message: string
}

const invalid = (detail: string, facts: ErrorFacts = {}): DomainError => new DomainError('invalid', detail, facts)

/** Names the field and the limit of the most specific error. */
function explain(schemaErrors: readonly SchemaError[], schema: TSchema): DomainError {
  const unknown = schemaErrors.find(({ keyword }) => keyword === 'additionalProperties')
  const first = unknown ?? schemaErrors.find(({ keyword }) => keyword !== 'boolean') ?? schemaErrors[0]
  if (!first) return invalid('not valid')
  const params = first.params as { limit?: number; type?: string; pattern?: string; allowedValue?: unknown } & {
    requiredProperties?: string[]
    additionalProperties?: string[]
  }
  const child = params.requiredProperties?.[0] ?? params.additionalProperties?.[0]
  const path = [...first.instancePath.split('/').filter(Boolean), ...(child === undefined ? [] : [child])]
  const field = path.join('.') || 'body'
  switch (first.keyword) {
    case 'required':
      return invalid(`${field} is missing`, { field })
    case 'additionalProperties':
      return invalid(`${field} is not a known field`, { field })
    case 'minLength':
      return invalid(`${field} is shorter than ${params.limit} characters`, {
        field,
        limit: params.limit ?? 1,
      })
    case 'maxLength':
      return invalid(`${field} is longer than ${params.limit} characters`, { field, limit: params.limit ?? 0 })
    case 'pattern': {
      const limit = describe(schema, path) ?? params.pattern ?? ''
      return invalid(`${field} is not of the form: ${limit}`, { field, limit })
    }
    case 'const': {
      const limit = String(params.allowedValue)
      return invalid(`${field} is not ${limit}`, { field, limit })
    }
    default:
      return invalid(`${field} ${first.message}`, { field, ...(params.type ? { limit: params.type } : {}) })
  }
}

/** The description of a field, which reads better than its pattern. */
function describe(schema: TSchema, path: readonly string[]): string | undefined {
  let node: unknown = schema
  for (const key of path) node = (node as { properties?: Record<string, unknown> } | undefined)?.properties?.[key]
  return (node as { description?: string } | undefined)?.description
}
