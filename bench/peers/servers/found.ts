import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const require = createRequire(import.meta.url)

/** The first is on npm and contains the binaries. The second is what the authors publish on GitHub. */
export const UWS_PACKAGES = ['@trufflesuite/uws-js-unofficial', 'uWebSockets.js'] as const

/** Whether a package can be loaded; NODE_PATH counts. */
export function found(name: string): boolean {
  try {
    require.resolve(name)
    return true
  } catch {
    return false
  }
}

/** The version in package.json, which the exports of a package can hide. */
export function versionOf(name: string): string {
  for (let folder = dirname(require.resolve(name)); folder !== dirname(folder); folder = dirname(folder)) {
    try {
      const { name: own, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Package
      if (own === name && version !== undefined) return version
    } catch {
      // No package.json here: the next folder up follows.
    }
  }
  return 'unknown'
}

interface Package {
  name?: string
  version?: string
}
