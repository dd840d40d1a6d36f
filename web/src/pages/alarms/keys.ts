/** Keys of the alarms desk: A acknowledges, X ticks the row under the hand. */
import { onBeforeUnmount, onMounted } from 'vue'

import { isTyping } from '@/keyboard/typing'

/** Key of the row that has the focus, null where none has. */
function rowUnderHand(): string | null {
  const row = document.activeElement?.closest<HTMLElement>('tr[data-row]')
  return row?.dataset['row'] ?? null
}

export function useActKeys(acts: Readonly<Record<string, (row: string | null) => void>>): void {
  function onKey(event: KeyboardEvent): void {
    const act = acts[event.key.toLowerCase()]
    if (!act || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
    event.preventDefault()
    act(rowUnderHand())
  }

  onMounted(() => addEventListener('keydown', onKey))
  onBeforeUnmount(() => removeEventListener('keydown', onKey))
}
