/** J and K through the rows of the page's main table, wherever the focus is. */
import { onBeforeUnmount, onMounted } from 'vue'

import { isTyping } from './typing'

interface RowKeys {
  enabled: () => boolean
  count: () => number
  /** Row that has the focus, or null when it is elsewhere. */
  current: () => number | null
  move: (index: number) => void
}

const STEPS: Readonly<Record<string, number>> = { j: 1, k: -1 }

/** The row to go to: the first from outside, never past either end. */
export function nextRow(current: number | null, step: number, count: number): number {
  if (current === null) return 0
  return Math.min(count - 1, Math.max(0, current + step))
}

export function useRowKeys({ enabled, count, current, move }: RowKeys): void {
  function onKey(event: KeyboardEvent): void {
    const step = STEPS[event.key.toLowerCase()]
    if (step === undefined || !enabled() || count() === 0) return
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
    event.preventDefault()
    move(nextRow(current(), step, count()))
  }

  onMounted(() => addEventListener('keydown', onKey))
  onBeforeUnmount(() => removeEventListener('keydown', onKey))
}
