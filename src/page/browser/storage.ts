/** Values that are kept between visits. A browser may forbid storage: the page then works without it. */
export function readItem(key: string, storage: 'localStorage' | 'sessionStorage' = 'localStorage'): string | null {
  try {
    return window[storage].getItem(key)
  } catch {
    return null
  }
}

export function saveItem(
  key: string,
  value: string,
  storage: 'localStorage' | 'sessionStorage' = 'localStorage',
): void {
  try {
    window[storage].setItem(key, value)
  } catch {
    // Forbidden or full.
  }
}
