import type { TransportName } from '../../protocol.ts'
import type { AddressSettings } from '../browser/router.ts'

/** A setting that shows one property of a transport. */
interface ExampleSettings {
  t: TransportName
  /** The profile of the link; the example is offered where the server has such a link. */
  link: string
  bot: string
  size?: string
}

/** Each is a link to this room: the texts are in the dictionaries. */
export const EXAMPLES = {
  quiet: { t: 'long-poll', link: '3g', bot: '0.2' },
  busy: { t: 'long-poll', link: '3g', bot: '10' },
  tunnel: { t: 'websocket', link: 'tunnel', bot: '2' },
  buffering: { t: 'sse', link: 'buffering', bot: '2' },
  tokens: { t: 'sse', link: '4g', bot: '30', size: '4' },
} as const satisfies Record<string, ExampleSettings & AddressSettings>

export type ExampleName = keyof typeof EXAMPLES

/** Examples of a link, where the server has no links. */
const NEEDS_LINK: readonly ExampleName[] = ['tunnel', 'buffering']

/** The examples that a server with links of these profiles can show. */
export const examplesWith = (profiles: readonly string[]): ExampleName[] =>
  (Object.keys(EXAMPLES) as ExampleName[]).filter(
    (name) => !NEEDS_LINK.includes(name) || profiles.includes(EXAMPLES[name].link),
  )
