import type { ComponentType } from 'preact'

/** A page about transports, loaded on demand. `path`: the parts of the address after the guide's name. */
export type Guide = ComponentType<{ path: readonly string[] }>
