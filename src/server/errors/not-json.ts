import { DomainError } from './domain-error.ts'

/**
 * The refusal of text that is not JSON, and of JSON with a key that would replace a prototype where the value is copied.
 *
 * @param field what contains the text: a body or a frame
 */
export const notJson = (field: string): DomainError =>
  new DomainError('invalid', `the ${field} is not JSON, or has a key __proto__ or constructor.prototype`, { field })
