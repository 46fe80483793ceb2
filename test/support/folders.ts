import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, onTestFinished } from 'vitest'

const newFolder = () => mkdtemp(join(tmpdir(), 'playground-'))
const removeFolder = (folder: string) => rm(folder, { recursive: true, force: true, maxRetries: 3 })

/** A folder that is removed when the test is over. */
export async function emptyFolder(): Promise<string> {
  const folder = await newFolder()
  onTestFinished(() => removeFolder(folder))
  return folder
}

/** Makes a value in a folder when a test first asks for it. The folder is removed when all tests of the file are over. */
export function madeOnce<T>(make: (folder: string) => Promise<T>): () => Promise<T> {
  let folder = ''
  let made: Promise<T> | null = null
  afterAll(async () => {
    if (folder !== '') await removeFolder(folder)
  })
  return () =>
    (made ??= (async () => {
      folder = await newFolder()
      return make(folder)
    })())
}
