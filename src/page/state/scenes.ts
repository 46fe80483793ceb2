import type { TransportName } from '../../protocol.ts'
import type { AddressSettings } from '../browser/router.ts'

/** A setting that shows one property of a transport. */
interface SceneSetting {
  t: TransportName
  /** The profile of the link; the scene is offered where the server has such a link. */
  link: string
  bot: string
  size?: string
}

/** Each is a link to this room: the texts are in the dictionaries. */
export const SCENES = {
  quiet: { t: 'long-poll', link: '3g', bot: '0.2' },
  busy: { t: 'long-poll', link: '3g', bot: '10' },
  tunnel: { t: 'websocket', link: 'tunnel', bot: '2' },
  buffering: { t: 'sse', link: 'buffering', bot: '2' },
  tokens: { t: 'sse', link: '4g', bot: '30', size: '4' },
} as const satisfies Record<string, SceneSetting & AddressSettings>

export type SceneName = keyof typeof SCENES

/** What a scene uses, where the server has no links. */
const NEEDS_LINK: readonly SceneName[] = ['tunnel', 'buffering']

/** The scenes that a server with links of these profiles can show. */
export const scenesWith = (profiles: readonly string[]): SceneName[] =>
  (Object.keys(SCENES) as SceneName[]).filter(
    (name) => !NEEDS_LINK.includes(name) || profiles.includes(SCENES[name].link),
  )
