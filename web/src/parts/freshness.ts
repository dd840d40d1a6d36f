/** How old a query's answer is, and whether it may still look live. */
import { computed, type Ref } from 'vue'

import { connectionState, serverNow } from '@/data/connection'
import { STALE_AFTER_MS } from '@/data/polling'

import { now } from './now'

interface Query {
  dataUpdatedAt: Ref<number>
}

/** `staleAfterMs` is counted from the last answer; a lost line makes everything stale sooner. */
export function useFreshness(query: Query, staleAfterMs = STALE_AFTER_MS) {
  const ageMs = computed(() => {
    const at = query.dataUpdatedAt.value
    // dataUpdatedAt is this machine's clock, now is the server's: compare on one clock.
    return at === 0 ? null : Math.max(0, now.value - at - (serverNow() - Date.now()))
  })
  const ageSeconds = computed(() => (ageMs.value === null ? null : Math.round(ageMs.value / 1000)))
  const stale = computed(() => {
    if (ageMs.value === null) return false
    const limit = connectionState.value === 'lost' ? staleAfterMs / 2 : staleAfterMs
    return ageMs.value > limit
  })
  return { ageSeconds, stale }
}
