import type { Browser } from 'playwright-core'
import { launchBrowser } from './browser.ts'

let shared: Promise<Browser> | null = null

/** The Chromium that all test files in this process share. Each visitor has a separate profile. */
export async function sharedBrowser(): Promise<Browser> {
  const browser = await (shared ??= launchToTheEnd())
  if (browser.isConnected()) return browser
  shared = launchToTheEnd()
  return shared
}

/** Vitest ends a process with SIGTERM. The browser removes its temporary files when it is closed. */
async function launchToTheEnd(): Promise<Browser> {
  const browser = await launchBrowser()
  process.once('SIGTERM', () => void browser.close().finally(() => process.exit()))
  return browser
}
