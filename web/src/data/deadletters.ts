/** Messages that could not be stored: list, one with its payload, replay, discard. */
import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'

import { api } from './client'
import { CALM_MS, every } from './polling'
import type { Answer, Item, Query } from './shapes'
import { unwrap } from './transport'

export type DeadLetter = Item<'/api/v1/dead-letters'>
export type DeadLetterDetail = Answer<'/api/v1/dead-letters/{letter_id}'>

type LetterQuery = Query<'/api/v1/dead-letters'>

export const LETTER_STATES = ['open', 'replayed', 'discarded'] as const

export function useDeadLetters(query: Ref<LetterQuery>) {
  return useQuery({
    queryKey: computed(() => ['dead-letters', query.value]),
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/dead-letters', { params: { query: query.value }, signal })),
    placeholderData: keepPreviousData,
    ...every(CALM_MS),
  })
}

export function useDeadLetter(letterId: Ref<string | null>) {
  return useQuery({
    queryKey: computed(() => ['dead-letters', 'one', letterId.value]),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/api/v1/dead-letters/{letter_id}', { params: path(letterId.value ?? ''), signal }),
      ),
    enabled: computed(() => letterId.value !== null),
  })
}

export function replayDeadLetter(letterId: string): Promise<DeadLetter> {
  return unwrap(api.POST('/api/v1/dead-letters/{letter_id}/replay', { params: path(letterId) }))
}

export function discardDeadLetter(letterId: string, reason: string): Promise<DeadLetter> {
  const params = path(letterId)
  return unwrap(api.POST('/api/v1/dead-letters/{letter_id}/discard', { params, body: { reason } }))
}

function path(letter_id: string) {
  return { path: { letter_id } }
}
