import { batch, effect, signal } from '@preact/signals'
import { readItem, saveItem } from '../browser/storage.ts'
import type { Texts } from './en.ts'

/** Each dictionary is loaded when its language is chosen, so the first load contains one language only. */
const dictionaries = {
  en: async () => (await import('./en.ts')).en,
  'zh-CN': async () => (await import('./zh-cn.ts')).zhCN,
} satisfies Record<string, () => Promise<Texts>>
export type Language = keyof typeof dictionaries

const isLanguage = (value: string | null): value is Language => value !== null && value in dictionaries

let wanted = firstLanguage()
export const language = signal(wanted)
export const texts = signal(await dictionaries[wanted]())

effect(() => {
  document.documentElement.lang = language.value
})

/** Keeps the current language if the dictionary cannot be loaded. */
export async function setLanguage(chosen: Language): Promise<void> {
  wanted = chosen
  const words = await dictionaries[chosen]().catch(() => null)
  if (!words || chosen !== wanted) return
  batch(() => {
    language.value = chosen
    texts.value = words
  })
  saveItem('language', chosen)
}

function firstLanguage(): Language {
  const chosen = readItem('language')
  if (isLanguage(chosen)) return chosen
  const known = navigator.languages.find((tag) => /^(zh|en)\b/i.test(tag))
  return known !== undefined && /^zh/i.test(known) ? 'zh-CN' : 'en'
}
