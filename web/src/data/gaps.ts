/** Holes in the numbers of devices. */
import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'

import { api } from './client'
import { CALM_MS, every } from './polling'
import type { components, paths } from './schema'
import { unwrap } from './transport'

export type Gap = components['schemas']['Gap']

type GapQuery = NonNullable<paths['/api/v1/gaps']['get']['parameters']['query']>

export const GAP_STATES = ['open', 'healed', 'lost'] as const

export function useGaps(query: Ref<GapQuery>) {
  return useQuery({
    queryKey: computed(() => ['gaps', query.value]),
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/gaps', { params: { query: query.value }, signal })),
    placeholderData: keepPreviousData,
    ...every(CALM_MS),
  })
}
