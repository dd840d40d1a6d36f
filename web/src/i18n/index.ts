/** Chinese first, English complete; one catalogue per language with the same keys. */
import { computed, watchEffect } from 'vue'
import { createI18n } from 'vue-i18n'

import en from './en.json'
import zh from './zh.json'

export type Language = 'zh' | 'en'

const KEY = 'hengyang.language'

export const i18n = createI18n({
  legacy: false,
  locale: (localStorage.getItem(KEY) === 'en' ? 'en' : 'zh') as Language,
  fallbackLocale: 'zh',
  messages: { zh, en },
})

export const language = computed<Language>({
  get: () => i18n.global.locale.value as Language,
  set: (wanted) => {
    i18n.global.locale.value = wanted
    localStorage.setItem(KEY, wanted)
  },
})

watchEffect(() => {
  document.documentElement.lang = language.value === 'zh' ? 'zh-CN' : 'en'
})

export function translate(key: string, named: Record<string, unknown> = {}): string {
  return i18n.global.t(key, named)
}

/** `3 messages`, `1 message`: a count with its noun in the right number. */
export function translateCount(key: string, n: number, written: string): string {
  return i18n.global.t(key, { n: written }, n)
}

/** True where the catalogue knows the key: server codes are open lists. */
export function knows(key: string): boolean {
  return i18n.global.te(key)
}

/** Values of a list that the catalogue has words for, in its order. */
export function entries(list: keyof typeof zh): readonly string[] {
  return Object.keys(zh[list])
}
