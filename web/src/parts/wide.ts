/** Whether the window is at least so wide, in CSS px: what it allows may be more than a style. */
import { onScopeDispose, readonly, ref, type Ref } from 'vue'

export function useWide(px: number): Readonly<Ref<boolean>> {
  const query = matchMedia(`(min-width: ${px}px)`)
  const wide = ref(query.matches)
  const read = () => (wide.value = query.matches)
  query.addEventListener('change', read)
  onScopeDispose(() => query.removeEventListener('change', read))
  return readonly(wide)
}
