/** Which of the two themes is worn, remembered per browser; the command screen is always dark. */
import { computed, onBeforeUnmount, readonly, ref, watchEffect } from 'vue'

export type Theme = 'dark' | 'light'

const KEY = 'hengyang.theme'

const chosen = ref<Theme>(localStorage.getItem(KEY) === 'light' ? 'light' : 'dark')
const staged = ref(false)

export const theme = computed<Theme>(() => (staged.value ? 'dark' : chosen.value))

/** The command screen is shown: nothing to choose, and one letter larger. */
export const onStage = readonly(staged)

// At once: what draws on a canvas reads the tokens as soon as it is there.
watchEffect(
  () => {
    document.documentElement.dataset['theme'] = theme.value
    document.documentElement.toggleAttribute('data-stage', staged.value)
    localStorage.setItem(KEY, chosen.value)
  },
  { flush: 'sync' },
)

export function toggleTheme(): void {
  chosen.value = chosen.value === 'dark' ? 'light' : 'dark'
}

/** Called in the set-up of a page that is a stage: dark, and large where the screen is. */
export function useStage(): void {
  staged.value = true
  onBeforeUnmount(() => (staged.value = false))
}

/** Value of a token as the browser computes it now; charts draw on canvas and cannot name tokens. */
export function token(name: `--hy-${string}`): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}
