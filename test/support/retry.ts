/** For tests that are bounded in time: other load may delay one attempt, but rarely every attempt. */
export const RETRIED = { retry: 3 }
