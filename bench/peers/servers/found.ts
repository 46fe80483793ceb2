import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const require = createRequire(import.meta.url)

/** The first is on npm, with its binaries in it; the second is what its authors publish elsewhere. */
export const UWS_PACKAGES = ['@trufflesuite/uws-js-unofficial', 'uWebSockets.js'] as const

/** Whether a package can be loaded from here, NODE_PATH included. */
export function found(name: string): boolean {
  try {
    require.resolve(name)
    return true
  } catch {
    return false
  }
}

/** The version in a package's own package.json, which its exports may hide. */
export function versionOf(name: string): string {
  for (let folder = dirname(require.resolve(name)); folder !== dirname(folder); folder = dirname(folder)) {
    try {
      const { name: own, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Package
      if (own === name && version !== undefined) return version
    } catch {
      // The next folder up.
    }
  }
  return 'unknown'
}

interface Package {
  name?: string
  version?: string
}
