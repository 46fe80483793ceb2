/** null for text that is no URL. `URL.canParse` of Node 20 is true for some Latin-1 texts that `new URL` refuses. */
export function parseUrl(text: string): URL | null {
  try {
    return new URL(text)
  } catch {
    return null
  }
}
