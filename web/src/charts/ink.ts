/** The tokens a chart draws with, read anew when the theme changes. */
import { computed, nextTick, shallowRef, watch } from 'vue'

import { theme, token } from '@/theme/theme'

export interface Ink {
  text: string
  quiet: string
  line: string
  grid: string
  surface: string
  series: readonly [string, string, string]
  band: string
  limit: string
  font: string
}

function readInk(): Ink {
  return {
    text: token('--hy-text'),
    quiet: token('--hy-text-2'),
    line: token('--hy-line-strong'),
    grid: token('--hy-grid'),
    surface: token('--hy-raised'),
    series: [token('--hy-series-1'), token('--hy-series-2'), token('--hy-series-3')],
    band: token('--hy-series-band'),
    limit: token('--hy-orange'),
    font: token('--hy-font'),
  }
}

const current = shallowRef<Ink | null>(null)

// The document wears the new theme only after the watcher in theme.ts has run.
watch(theme, () => void nextTick(() => (current.value = readInk())))

export const ink = computed<Ink>(() => current.value ?? (current.value = readInk()))
