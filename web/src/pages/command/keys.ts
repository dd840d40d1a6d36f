/** Keys of the command screen, wherever the focus is, but never while somebody types. */
import { onBeforeUnmount, onMounted } from 'vue'

import { isTyping } from '@/keyboard/typing'

/** False when the key was not meant for it after all. */
type Act = (event: KeyboardEvent) => unknown

export function useKeys(acts: Readonly<Record<string, Act>>): void {
  function onKey(event: KeyboardEvent): void {
    const act = acts[event.key] ?? acts[event.key.toLowerCase()]
    if (!act || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
    if (act(event) !== false) event.preventDefault()
  }

  onMounted(() => addEventListener('keydown', onKey))
  onBeforeUnmount(() => removeEventListener('keydown', onKey))
}
