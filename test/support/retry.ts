/** For what is bounded in time: whatever else keeps a machine busy may make it late, but hardly every time. */
export const RETRIED = { retry: 3 }
