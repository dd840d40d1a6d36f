/** How old what the live feed says is, and whether it may still look live. */
import { computed, reactive, type Ref } from 'vue'

import { serverNow } from '@/data/connection'
import { liveState } from '@/live'
import type { Fresh } from '@/parts/freshness'
import { now } from '@/parts/now'

/** Seconds without a word of the feed after which nothing on the screen may look live. */
const LIVES_SECONDS = 10

/** `at` is ms since epoch on this machine's clock. */
export function useLiveAge(at: Ref<number | null>): Fresh {
  const ageSeconds = computed(() => {
    if (at.value === null) return null
    // `now` is the server's clock: compare on one clock.
    const here = now.value - (serverNow() - Date.now())
    return Math.max(0, Math.round((here - at.value) / 1000))
  })
  const stale = computed(() => {
    if (liveState.value === 'lost' || liveState.value === 'refused') return true
    return ageSeconds.value !== null && ageSeconds.value > LIVES_SECONDS
  })
  return reactive({ ageSeconds, stale })
}
