import { en, type Texts } from './en.ts'
import { zhCN } from './zh-cn.ts'

/** A language that lacks a text does not compile. The first is what is shown without script. */
export const LANGUAGES = { en, 'zh-CN': zhCN } as const satisfies Record<string, Texts>
export type Language = keyof typeof LANGUAGES
export const languageNames: Record<Language, string> = { en: 'EN', 'zh-CN': '中文' }
