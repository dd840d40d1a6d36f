/** The live feed hastens the desk: what it tells is asked for at once, not with the next ten
 *  seconds; without it the clock does the same, later. */
import { useQueryClient } from '@tanstack/vue-query'
import { onScopeDispose, watch } from 'vue'

import { useLiveAlarms } from '@/live'

/** A storm tells of a thousand alarms in a second; the desk looks once. */
const PAUSE_MS = 1_000

export function useLiveRefresh(): void {
  const client = useQueryClient()
  const { alarms } = useLiveAlarms()
  let timer: ReturnType<typeof setTimeout> | undefined

  watch(alarms, () => {
    timer ??= setTimeout(() => {
      timer = undefined
      void client.invalidateQueries({ queryKey: ['alarms'] })
    }, PAUSE_MS)
  })
  onScopeDispose(() => clearTimeout(timer))
}
