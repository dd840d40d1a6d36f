/** J and K through the rows of the page's main table, wherever the focus is. */
import { onBeforeUnmount, onMounted } from 'vue'

import { isTyping } from './typing'

interface RowKeys {
  enabled: () => boolean
  count: () => number
  /** Row that has the focus or is open beside the table, or null when neither is. */
  current: () => number | null
  /** Row that was last gone to; the first, when none was. */
  remembered: () => number
  move: (index: number) => void
}

const STEPS: Readonly<Record<string, number>> = { j: 1, k: -1 }

/** The row to go to: from outside back to the remembered one, never past either end. */
export function nextRow(
  current: number | null,
  remembered: number,
  step: number,
  count: number,
): number {
  const wanted = current === null ? remembered : current + step
  return Math.min(count - 1, Math.max(0, wanted))
}

export function useRowKeys({ enabled, count, current, remembered, move }: RowKeys): void {
  function onKey(event: KeyboardEvent): void {
    const step = STEPS[event.key.toLowerCase()]
    if (step === undefined || !enabled() || count() === 0) return
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
    event.preventDefault()
    move(nextRow(current(), remembered(), step, count()))
  }

  onMounted(() => addEventListener('keydown', onKey))
  onBeforeUnmount(() => removeEventListener('keydown', onKey))
}

/** The row that was opened, kept with the history entry: coming back finds it again. */
export function keepRow(key: string): void {
  history.replaceState({ ...(history.state as object | null), row: key }, '')
}

export function keptRow(): string | null {
  const { row } = (history.state ?? {}) as { row?: unknown }
  return typeof row === 'string' ? row : null
}
