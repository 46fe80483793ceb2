export interface HttpLoad {
  url: string
  method: 'GET' | 'POST'
  headers: Record<string, string>
  /** Each request posts a new draft with a text of this size; undefined for GET. */
  postsTextOfBytes?: number
  connections: number
  durationS: number
  /** Longest time for an answer, in s; for a held poll it must exceed the hold. */
  timeoutS: number
}
