import os from 'node:os'

/** Of the publisher: its moments come before the work that its messages make. */
const PROMPT = -10
const ORDINARY = 0

/**
 * Where this process may, it takes a higher priority, which its children inherit. Has to be called before a network namespace
 * is made: within one nobody may. Without leave all stay as they are.
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
