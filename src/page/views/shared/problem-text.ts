import type { Problem } from '../../../protocol.ts'
import { texts } from '../../i18n/i18n.ts'

/** In the page's language if it has a text for the type, else the server's text. */
export const problemText = (problem: Problem): string =>
  texts.value.problems[problem.type]?.(problem) ?? (problem.detail || problem.title)
