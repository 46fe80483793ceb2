import { cp } from 'node:fs/promises'
import { join } from 'node:path'

/** Copies the scripts that Redis runs beside a bundle of the server, which reads them from there. */
export async function copyLua(bundleFolder: string): Promise<void> {
  await cp('src/server/store/redis/lua', join(bundleFolder, 'lua'), { recursive: true })
}
