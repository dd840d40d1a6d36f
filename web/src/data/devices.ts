/** The register of devices, their latest values and their series. */
import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'

import { api } from './client'
import { CALM_MS, every } from './polling'
import type { Answer, Item, Query } from './shapes'
import { unwrap } from './transport'

export type Device = Item<'/api/v1/devices'>
export type DeviceDetail = Answer<'/api/v1/devices/{device_id}'>
export type Latest = Answer<'/api/v1/devices/{device_id}/latest'>
export type Series = Answer<'/api/v1/devices/{device_id}/series'>
export type SeriesPoint = Series['points'][number]
export type Quantity = DeviceDetail['quantities'][number]
export type DeviceKind = Device['kind']
export type DeviceState = Device['state']

type DeviceQuery = Query<'/api/v1/devices'>
type SeriesQuery = Query<'/api/v1/devices/{device_id}/series'>

export const DEVICE_KINDS: readonly DeviceKind[] = [
  'sensor',
  'vehicle',
  'epolice',
  'camera',
  'signal',
]
export const DEVICE_STATES: readonly DeviceState[] = [
  'online',
  'late',
  'offline',
  'maintenance',
  'unknown',
]

export function useDevices(query: Ref<DeviceQuery>) {
  return useQuery({
    queryKey: computed(() => ['devices', query.value]),
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/devices', { params: { query: query.value }, signal })),
    placeholderData: keepPreviousData,
    ...every(CALM_MS),
  })
}

export function useDevice(deviceId: Ref<string>) {
  return useQuery({
    queryKey: computed(() => ['devices', deviceId.value, 'facts']),
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/devices/{device_id}', { params: path(deviceId), signal })),
    ...every(CALM_MS / 2),
  })
}

export function useLatest(deviceId: Ref<string>) {
  return useQuery({
    queryKey: computed(() => ['devices', deviceId.value, 'latest']),
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/devices/{device_id}/latest', { params: path(deviceId), signal })),
    ...every(CALM_MS / 2),
  })
}

/** Asked only while `query` is set; `live` windows end now and are asked again. */
export function useSeries(deviceId: Ref<string>, query: Ref<SeriesQuery | null>) {
  return useQuery({
    queryKey: computed(() => ['devices', deviceId.value, 'series', query.value]),
    queryFn: ({ signal }) => fetchSeries(deviceId.value, query.value as SeriesQuery, signal),
    enabled: computed(() => query.value !== null),
    placeholderData: keepPreviousData,
  })
}

function fetchSeries(device_id: string, query: SeriesQuery, signal: AbortSignal) {
  const params = { path: { device_id }, query }
  return unwrap(api.GET('/api/v1/devices/{device_id}/series', { params, signal }))
}

function path(deviceId: Ref<string>) {
  return { path: { device_id: deviceId.value } }
}
