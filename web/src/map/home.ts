/** Where a person's map begins, and whether motion is wished for. */
import { computed, onScopeDispose, readonly, ref, type Ref } from 'vue'

import { me } from '@/session/session'

const CITY_CODE = '4304'
const DISTRICT_DIGITS = 6

/** Code of the one division below the city that a person may see; null for who sees the city. */
export function homeOf(): Readonly<Ref<string | null>> {
  return computed(() => homeAmong(me.value?.divisions ?? []))
}

export function homeAmong(divisions: readonly string[]): string | null {
  const [only, ...more] = divisions
  if (only === undefined || more.length > 0) return null
  const city = only === CITY_CODE || only.replace(/0+$/, '').length <= CITY_CODE.length
  return city || only.length < DISTRICT_DIGITS ? null : only
}

export function useStill(): Readonly<Ref<boolean>> {
  const query = matchMedia('(prefers-reduced-motion: reduce)')
  const still = ref(query.matches)
  const read = () => (still.value = query.matches)
  query.addEventListener('change', read)
  onScopeDispose(() => query.removeEventListener('change', read))
  return readonly(still)
}
