import type { BuildOptions } from 'esbuild'

/** For programs that run in this checkout: their packages stay outside. */
export const NODE_PROGRAM = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  sourcemap: true,
  logLevel: 'warning',
} satisfies BuildOptions
