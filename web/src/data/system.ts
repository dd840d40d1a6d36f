/** How the system runs: overview and throughput. */
import { useQuery } from '@tanstack/vue-query'

import { clockApi } from './client'
import { CALM_MS, every, LIVE_MS } from './polling'
import type { Answer } from './shapes'
import { unwrap } from './transport'

export type Overview = Answer<'/api/v1/system/overview'>
export type Ledger = Overview['ledger']
export type Throughput = Answer<'/api/v1/system/throughput'>
export type Queue = Overview['queues'][number]
export type Process = Overview['processes'][number]
export type DeviceCount = Overview['devices'][number]

export function useOverview() {
  return useQuery({
    queryKey: ['system', 'overview'],
    queryFn: ({ signal }) => unwrap(clockApi.GET('/api/v1/system/overview', { signal })),
    ...every(LIVE_MS),
    retry: false,
  })
}

export const THROUGHPUT_MS = CALM_MS / 2

export function useThroughput(minutes: number) {
  return useQuery({
    queryKey: ['system', 'throughput', minutes],
    queryFn: ({ signal }) =>
      unwrap(clockApi.GET('/api/v1/system/throughput', { params: { query: { minutes } }, signal })),
    ...every(THROUGHPUT_MS),
    retry: false,
  })
}
