/** What devices there may be and what they may measure: models and quantities. */
import { useQuery } from '@tanstack/vue-query'

import { api } from './client'
import type { Item } from './shapes'
import { unwrap } from './transport'

export type DeviceModel = Item<'/api/v1/device-models'>
export type KnownQuantity = Item<'/api/v1/quantities'>

const ALL = { limit: 500 }
/** They change when somebody installs something new. */
const SELDOM_MS = 5 * 60_000

export function useModels() {
  return useQuery({
    queryKey: ['catalogue', 'models'],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/device-models', { params: { query: ALL }, signal })),
    staleTime: SELDOM_MS,
  })
}

export function useQuantities() {
  return useQuery({
    queryKey: ['catalogue', 'quantities'],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/quantities', { params: { query: ALL }, signal })),
    staleTime: SELDOM_MS,
  })
}
