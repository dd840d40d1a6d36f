/** The register of devices, their latest values and their series. */
import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'

import { api, clockApi } from './client'
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

/** Characters, as the server takes them. */
export const LONGEST_DEVICE_ID = 40

/** How often one device is looked at. */
export const DEVICE_MS = CALM_MS / 2

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
      unwrap(clockApi.GET('/api/v1/devices', { params: { query: query.value }, signal })),
    placeholderData: keepPreviousData,
    ...every(CALM_MS),
  })
}

export function useDevice(deviceId: Ref<string>) {
  return useQuery({
    queryKey: computed(() => ['devices', deviceId.value, 'facts']),
    queryFn: ({ signal }) =>
      unwrap(clockApi.GET('/api/v1/devices/{device_id}', { params: path(deviceId), signal })),
    ...every(DEVICE_MS),
  })
}

export function useLatest(deviceId: Ref<string>) {
  return useQuery({
    queryKey: computed(() => ['devices', deviceId.value, 'latest']),
    queryFn: ({ signal }) =>
      unwrap(
        clockApi.GET('/api/v1/devices/{device_id}/latest', { params: path(deviceId), signal }),
      ),
    ...every(DEVICE_MS),
  })
}

/** What a chart shows: a window by name that moves with the clock, or ends that stand still. */
export interface SeriesView {
  quantity: string
  bucket: SeriesQuery['bucket']
  window: string
}

export interface TimeSpan {
  /** ms since epoch */
  start: number
  end: number
}

/** A series, and the span that was asked for: a moving window ends when it was asked. */
export type SpannedSeries = Series & { span: TimeSpan }

/** Asked only while `view` is set, again after `stepMs`. The ends are taken when it is asked, so
 *  that the last answer stays on the screen, to grow stale, while no new one comes. */
export function useSeries(
  deviceId: Ref<string>,
  view: Ref<SeriesView | null>,
  ends: () => TimeSpan,
  stepMs: () => number | false,
) {
  return useQuery({
    queryKey: computed(() => ['devices', deviceId.value, 'series', view.value]),
    queryFn: ({ signal }) => fetchSeries(deviceId, view.value as SeriesView, ends(), signal),
    enabled: computed(() => view.value !== null),
    placeholderData: keepPreviousData,
    ...every(stepMs),
  })
}

async function fetchSeries(
  deviceId: Ref<string>,
  { quantity, bucket }: SeriesView,
  span: TimeSpan,
  signal: AbortSignal,
): Promise<SpannedSeries> {
  const start = new Date(span.start).toISOString()
  const end = new Date(span.end).toISOString()
  const params = { ...path(deviceId), query: { quantity, bucket, start, end } }
  const series = await unwrap(
    clockApi.GET('/api/v1/devices/{device_id}/series', { params, signal }),
  )
  return { ...series, span }
}

function path(deviceId: Ref<string>) {
  return { path: { device_id: deviceId.value } }
}

const FOUND = 20

/** Some devices that fit what somebody types into a field. */
export async function findDevices(q: string): Promise<Device[]> {
  const query = { limit: FOUND, ...(q ? { q } : {}) }
  return (await unwrap(api.GET('/api/v1/devices', { params: { query } }))).items
}
