export interface RetainOptions {
  retainEvents: number
  retainBytes: number
}

/** What a log retains, in the form that the scripts read: see lua/append-entry.lua. */
export const retainedIn = ({ retainEvents, retainBytes }: RetainOptions): string => `${retainEvents}/${retainBytes}`
