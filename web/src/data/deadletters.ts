/** Messages that could not be stored: list, one with its payload, replay, discard, reopen. */
import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'

import { api, clockApi } from './client'
import { CALM_MS, every } from './polling'
import type { Answer, Item, Query } from './shapes'
import { unwrap } from './transport'

export type DeadLetter = Item<'/api/v1/dead-letters'>
export type DeadLetterDetail = Answer<'/api/v1/dead-letters/{letter_id}'>
export type ReplayReport = Answer<'/api/v1/dead-letters/replays/{replay_id}'>

type LetterQuery = Query<'/api/v1/dead-letters'>

export const LETTER_STATES = ['open', 'replayed', 'discarded'] as const

/** How often one looks again at what is being replayed; the server tries within a second or two. */
const REPLAY_MS = 700

export function useDeadLetters(query: Ref<LetterQuery>) {
  return useQuery({
    queryKey: computed(() => ['dead-letters', query.value]),
    queryFn: ({ signal }) =>
      unwrap(clockApi.GET('/api/v1/dead-letters', { params: { query: query.value }, signal })),
    placeholderData: keepPreviousData,
    ...every(CALM_MS),
  })
}

export function useDeadLetter(letterId: Ref<number>) {
  return useQuery({
    queryKey: computed(() => ['dead-letters', 'one', letterId.value]),
    queryFn: ({ signal }) =>
      unwrap(
        clockApi.GET('/api/v1/dead-letters/{letter_id}', { params: path(letterId.value), signal }),
      ),
    refetchInterval: ({ state }) => (state.data?.replay_requested_at ? REPLAY_MS : false),
  })
}

/** Asks for a replay; what became of it is told by the letter itself a moment later. */
export async function replayDeadLetter(letter: Version): Promise<void> {
  await unwrap(api.POST('/api/v1/dead-letters/{letter_id}/replay', { params: version(letter) }))
}

/** The letter as it is then: to take it back one must know its version. */
export function discardDeadLetter(letter: Version, reason: string): Promise<DeadLetter> {
  const params = version(letter)
  return unwrap(api.POST('/api/v1/dead-letters/{letter_id}/discard', { params, body: { reason } }))
}

export async function reopenDeadLetter(letter: Version): Promise<void> {
  await unwrap(api.POST('/api/v1/dead-letters/{letter_id}/reopen', { params: version(letter) }))
}

/** Asks for a replay of all open dead letters that fit. */
export function replayDeadLetters(filter: { reason: string; device_id?: string }) {
  return unwrap(api.POST('/api/v1/dead-letters/replays', { body: filter }))
}

export function useReplay(replayId: Ref<number | null>) {
  return useQuery({
    queryKey: computed(() => ['dead-letters', 'replay', replayId.value]),
    queryFn: ({ signal }) => {
      const params = { path: { replay_id: replayId.value ?? 0 } }
      return unwrap(clockApi.GET('/api/v1/dead-letters/replays/{replay_id}', { params, signal }))
    },
    enabled: computed(() => replayId.value !== null),
    refetchInterval: ({ state }) => (state.data?.waiting === 0 ? false : REPLAY_MS),
  })
}

type Version = Pick<DeadLetter, 'id' | 'version'>

/** A change is refused where somebody else has changed the letter since it was read. */
function version(letter: Version) {
  return { ...path(letter.id), header: { 'If-Match': `"${letter.version}"` } }
}

function path(letter_id: number) {
  return { path: { letter_id } }
}
