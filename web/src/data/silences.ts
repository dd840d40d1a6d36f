/** Silences, and the matrix by which what nobody acknowledges goes to the next role. */
import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'

import { api, clockApi } from './client'
import type { Once } from './once'
import { CALM_MS, every } from './polling'
import type { Answer, Item, Query, Sent } from './shapes'
import { unwrap } from './transport'

export type Silence = Item<'/api/v1/silences'>
export type SilenceQuery = Query<'/api/v1/silences'>
export type SilenceCreate = Sent<'/api/v1/silences'>
export type Matrix = Answer<'/api/v1/escalation-matrix'>
export type MatrixLevel = Matrix['levels'][number]

export const SILENCES_MS = CALM_MS

export function useSilences(query: Ref<SilenceQuery>) {
  return useQuery({
    queryKey: computed(() => ['silences', query.value]),
    queryFn: ({ signal }) =>
      unwrap(clockApi.GET('/api/v1/silences', { params: { query: query.value }, signal })),
    placeholderData: keepPreviousData,
    ...every(SILENCES_MS),
  })
}

export function createSilence(body: SilenceCreate, once: Once): Promise<Silence> {
  const params = { header: once.header(body) }
  return unwrap(api.POST('/api/v1/silences', { params, body: body as never })) as Promise<Silence>
}

/** It ends now, and stays on the list. */
export function endSilence({ id, version }: Pick<Silence, 'id' | 'version'>): Promise<Silence> {
  const params = { path: { silence_id: id }, header: { 'if-match': `"${version}"` } }
  return unwrap(api.DELETE('/api/v1/silences/{silence_id}', { params })) as Promise<Silence>
}

export function useMatrix() {
  return useQuery({
    queryKey: ['escalation'],
    queryFn: ({ signal }) => unwrap(clockApi.GET('/api/v1/escalation-matrix', { signal })),
    ...every(SILENCES_MS),
  })
}

export function changeMatrix(read: Matrix, levels: MatrixLevel[]): Promise<Matrix> {
  const params = { header: { 'if-match': `"${read.version}"` } }
  return unwrap(api.PUT('/api/v1/escalation-matrix', { params, body: { levels } }))
}
