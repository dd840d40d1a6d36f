/** Holes in the numbers of devices. */
import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'

import { clockApi } from './client'
import { CALM_MS, every } from './polling'
import type { Item, Query } from './shapes'
import { unwrap } from './transport'

export type Gap = Item<'/api/v1/gaps'>

type GapQuery = Query<'/api/v1/gaps'>

export const GAP_STATES = ['open', 'healed', 'lost'] as const

export function useGaps(query: Ref<GapQuery>) {
  return useQuery({
    queryKey: computed(() => ['gaps', query.value]),
    queryFn: ({ signal }) =>
      unwrap(clockApi.GET('/api/v1/gaps', { params: { query: query.value }, signal })),
    placeholderData: keepPreviousData,
    ...every(CALM_MS),
  })
}
