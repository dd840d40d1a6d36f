/** What a device said last, whatever it was, and what of it was refused. */
import { useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'

import { clockApi } from './client'
import { DEVICE_MS } from './devices'
import { every } from './polling'
import type { Item } from './shapes'
import { unwrap } from './transport'

export type Message = Item<'/api/v1/devices/{device_id}/messages'>

/** `after` is empty on the first page. */
export function useMessages(deviceId: Ref<string>, after: Ref<string>, limit: number) {
  return useQuery({
    queryKey: computed(() => ['devices', deviceId.value, 'messages', limit, after.value] as const),
    queryFn: ({ signal }) => {
      const query = { limit, ...(after.value ? { after: after.value } : {}) }
      const params = { path: { device_id: deviceId.value }, query }
      return unwrap(clockApi.GET('/api/v1/devices/{device_id}/messages', { params, signal }))
    },
    // The page before stays until the next one is there; another device's never does.
    placeholderData: (before, asked) =>
      asked?.queryKey[1] === deviceId.value ? before : undefined,
    ...every(DEVICE_MS),
  })
}
