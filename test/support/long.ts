/**
 * For a test that takes some seconds. `npm test` skips it, and `CI=true npm test` runs it; so does vitest, called by itself. A file whose
 * tests are all long has `@module-tag long` instead.
 */
export const LONG = { tags: ['long'] }
