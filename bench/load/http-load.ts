export interface HttpLoad {
  url: string
  method: 'GET' | 'POST'
  headers: Record<string, string>
  /** A body with a draft of its own for each request; none for GET. */
  postsTextOfBytes?: number
  connections: number
  durationS: number
  /** s that an answer may take; over the hold, for a held poll. */
  timeoutS: number
}
