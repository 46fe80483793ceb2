import os from 'node:os'

/** For the publisher: it sends on schedule before the other processes handle its messages. */
const RAISED = -10
const ORDINARY = 0

/**
 * Raises the priority of this process, which its children inherit, if the system allows it. Call it before a network namespace
 * is made: inside one it is never allowed. Without permission the priority stays as it is.
 */
export function claimPriority(): void {
  try {
    os.setPriority(RAISED)
  } catch {
    // Only root may raise the priority.
  }
}

/** Resets an inherited priority; for every process but the publisher. */
export function returnPriority(): void {
  if (os.getPriority() < ORDINARY) os.setPriority(ORDINARY)
}
