import type { ViewportSize } from 'playwright-core'

export interface PageMode {
  size: ViewportSize
  colorScheme: 'light' | 'dark'
  language: 'EN' | '中文'
}

/** `PAGE_MODES=all`: every size with every theme and language. */
const IS_FULL = process.env['PAGE_MODES'] === 'all'

/**
 * Modes of a page. By default every second combination: any two of size, theme and language meet in all their values, but not all
 * three. A fault that needs three is found with `PAGE_MODES=all`.
 */
export function pageModes(sizes: readonly ViewportSize[]): PageMode[] {
  return sizes.flatMap((size, s) =>
    (['light', 'dark'] as const).flatMap((colorScheme, c) =>
      (['EN', '中文'] as const).flatMap((language, l) =>
        IS_FULL || (s + c + l) % 2 === 0 ? [{ size, colorScheme, language }] : [],
      ),
    ),
  )
}
