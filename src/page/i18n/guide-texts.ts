import { computed, type ReadonlySignal } from '@preact/signals'
import { language } from './i18n.ts'

/** The texts of a guide in the language in force. A guide is loaded on demand, so both languages come with it. */
export const guideTexts = <Texts>(en: Texts, zhCN: Texts): ReadonlySignal<Texts> =>
  computed(() => (language.value === 'en' ? en : zhCN))
