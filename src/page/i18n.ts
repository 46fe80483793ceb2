import { computed, effect, signal } from '@preact/signals'
import { recall, remember } from './storage.ts'
import { en, type Texts } from './texts/en.ts'
import { zhCN } from './texts/zh-cn.ts'

const dictionaries = { en, 'zh-CN': zhCN } satisfies Record<string, Texts>
export type Language = keyof typeof dictionaries

const isLanguage = (value: string | null): value is Language => value !== null && value in dictionaries

export const language = signal<Language>(firstLanguage())
export const texts = computed<Texts>(() => dictionaries[language.value])

effect(() => {
  document.documentElement.lang = language.value
})

export function speak(wanted: Language): void {
  language.value = wanted
  remember('language', wanted)
}

function firstLanguage(): Language {
  const chosen = recall('language')
  if (isLanguage(chosen)) return chosen
  const known = navigator.languages.find((wanted) => /^(zh|en)\b/i.test(wanted))
  return known !== undefined && /^zh/i.test(known) ? 'zh-CN' : 'en'
}
