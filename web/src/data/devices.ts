/** The register of devices, their latest values and their series. */
import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'

import { api } from './client'
import { CALM_MS, every } from './polling'
import type { components, operations, paths } from './schema'
import { unwrap } from './transport'

export type Device = components['schemas']['Device']
export type DeviceDetail = components['schemas']['DeviceDetail']
export type Latest = components['schemas']['Latest']
export type Series = components['schemas']['Series']
export type SeriesPoint = components['schemas']['SeriesPoint']
export type Quantity = components['schemas']['Quantity']
export type DeviceKind = components['schemas']['DeviceKind']
export type DeviceState = components['schemas']['DeviceState']

type DeviceQuery = NonNullable<paths['/api/v1/devices']['get']['parameters']['query']>
type SeriesQuery = operations['get_api_v1_devices_device_id_series']['parameters']['query']

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
