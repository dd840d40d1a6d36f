/** Which of the two themes is worn, remembered per browser. */
import { ref, watchEffect } from 'vue'

export type Theme = 'dark' | 'light'

const KEY = 'hengyang.theme'

export const theme = ref<Theme>(localStorage.getItem(KEY) === 'light' ? 'light' : 'dark')

watchEffect(() => {
  document.documentElement.dataset['theme'] = theme.value
  localStorage.setItem(KEY, theme.value)
})

export function toggleTheme(): void {
  theme.value = theme.value === 'dark' ? 'light' : 'dark'
}

/** Value of a token as the browser computes it now; charts draw on canvas and cannot name tokens. */
export function token(name: `--hy-${string}`): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}
