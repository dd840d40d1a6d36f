/** How the system runs: overview and throughput. */
import { useQuery } from '@tanstack/vue-query'

import { api } from './client'
import { CALM_MS, every, LIVE_MS } from './polling'
import type { components } from './schema'
import { unwrap } from './transport'

export type Overview = components['schemas']['Overview']
export type Ledger = components['schemas']['Ledger']
export type Throughput = components['schemas']['Throughput']
export type Queue = components['schemas']['Queue']
export type Process = components['schemas']['Process']
export type DeviceCount = components['schemas']['DeviceCount']

export function useOverview() {
  return useQuery({
    queryKey: ['system', 'overview'],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/system/overview', { signal })),
    ...every(LIVE_MS),
    retry: false,
  })
}

export function useThroughput(minutes: number) {
  return useQuery({
    queryKey: ['system', 'throughput', minutes],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/system/throughput', { params: { query: { minutes } }, signal })),
    ...every(CALM_MS / 2),
    retry: false,
  })
}
