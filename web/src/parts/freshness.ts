/** How old a query's answer is, and whether it may still look live. */
import { computed, reactive, toValue, type MaybeRefOrGetter, type Ref } from 'vue'

import { connectionState, serverNow } from '@/data/connection'
import { LIVE_MS, staleAfter } from '@/data/polling'

import { now } from './now'

interface Query {
  dataUpdatedAt: Ref<number>
}

/** What a panel tells of the age of its figures. */
export interface Fresh {
  readonly ageSeconds: number | null
  readonly stale: boolean
}

/** `everyMs` is how often the query is asked again; a lost line makes everything stale sooner. */
export function useFreshness(query: Query, everyMs: MaybeRefOrGetter<number> = LIVE_MS): Fresh {
  const ageMs = computed(() => {
    const at = query.dataUpdatedAt.value
    // dataUpdatedAt is this machine's clock, now is the server's: compare on one clock.
    return at === 0 ? null : Math.max(0, now.value - at - (serverNow() - Date.now()))
  })
  const ageSeconds = computed(() => (ageMs.value === null ? null : Math.round(ageMs.value / 1000)))
  const stale = computed(() => {
    if (ageMs.value === null) return false
    const up = connectionState.value === 'live' || connectionState.value === 'waiting'
    return ageMs.value > staleAfter(toValue(everyMs)) / (up ? 1 : 2)
  })
  return reactive({ ageSeconds, stale })
}
