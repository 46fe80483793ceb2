import { readFileSync } from 'node:fs'

/**
 * The page's own colours and type, so that a transport has the same hue here as there. The path holds from bench/report/ and
 * from where the suite is bundled to, dist/bench/.
 */
export const tokens = (): string => readFileSync(new URL('../../public/tokens.css', import.meta.url), 'utf8')
