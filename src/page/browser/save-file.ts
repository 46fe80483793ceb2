/** A browser may begin to read the file after the click. A URL that is revoked by then gives no file, and no error. */
const KEPT_MS = 60_000

/** Offers a file to the user of the page. */
export function saveFile(name: string, content: Blob): void {
  const url = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MS)
}

/** A name with the time, so that files do not replace each other. */
export const timedName = (name: string, extension: string): string =>
  `${name}-${new Date().toISOString().replaceAll(/[:.]/g, '-')}.${extension}`
