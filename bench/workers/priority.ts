import os from 'node:os'

/** Of the publisher: its moments come before the work that its messages make. */
const PROMPT = -10
const ORDINARY = 0

/**
 * Raises the priority of this process, which its children inherit, if the system allows it. Call it before a network namespace
 * is made: inside one it is never allowed. Without permission the priority stays as it is.
 */
export function claimPriority(): void {
  try {
    os.setPriority(PROMPT)
  } catch {
    // Only root may.
  }
}

/** For every process but the publisher: what was inherited is given back. */
export function returnPriority(): void {
  if (os.getPriority() < ORDINARY) os.setPriority(ORDINARY)
}
