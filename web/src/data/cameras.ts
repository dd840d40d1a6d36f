/** Cameras: the states of their streams, where they look, and their kept pictures. */
import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'

import { clockApi } from './client'
import { CALM_MS, every } from './polling'
import type { Answer, Item, Query } from './shapes'
import { unwrap } from './transport'

export type Camera = Item<'/api/v1/cameras'>
export type CameraDetail = Answer<'/api/v1/cameras/{device_id}'>
export type CameraState = Camera['state']
type CameraQuery = Query<'/api/v1/cameras'>

/** How often one camera is looked at. */
export const CAMERA_MS = CALM_MS / 2
const MOST_IN_VIEW = 500

export const CAMERA_STATES: readonly CameraState[] = [
  'online',
  'stale',
  'no_answer',
  'refused',
  'not_found',
  'wrong_password',
  'not_video',
  'no_key_frame',
  'host_unknown',
  'address_forbidden',
  'secret_unreadable',
  'unwatched',
  'disabled',
  'unset',
]

export function useCameras(query: Ref<CameraQuery>) {
  return useQuery({
    queryKey: computed(() => ['cameras', query.value]),
    queryFn: ({ signal }) =>
      unwrap(clockApi.GET('/api/v1/cameras', { params: { query: query.value }, signal })),
    placeholderData: keepPreviousData,
    ...every(CALM_MS),
  })
}

/** Cameras of a window of the map; asked only while there is one. */
export function useCamerasIn(bbox: Ref<number[] | null>) {
  return useQuery({
    queryKey: computed(() => ['cameras', 'in', bbox.value]),
    queryFn: ({ signal }) => {
      const query = { bbox: bbox.value ?? [], limit: MOST_IN_VIEW }
      return unwrap(clockApi.GET('/api/v1/cameras', { params: { query }, signal }))
    },
    enabled: computed(() => bbox.value !== null),
    placeholderData: keepPreviousData,
    ...every(3 * CALM_MS),
  })
}

export function useCamera(deviceId: Ref<string>) {
  return useQuery({
    queryKey: computed(() => ['cameras', deviceId.value, 'facts']),
    queryFn: ({ signal }) =>
      unwrap(clockApi.GET('/api/v1/cameras/{device_id}', { params: path(deviceId), signal })),
    ...every(CAMERA_MS),
  })
}

/** The newest pictures of a camera that are kept. */
export function useSnapshots(deviceId: Ref<string>, limit: number) {
  return useQuery({
    queryKey: computed(() => ['cameras', deviceId.value, 'snapshots']),
    queryFn: ({ signal }) => {
      const params = { ...path(deviceId), query: { limit } }
      return unwrap(clockApi.GET('/api/v1/cameras/{device_id}/snapshots', { params, signal }))
    },
    ...every(CALM_MS),
  })
}

function path(deviceId: Ref<string>) {
  return { path: { device_id: deviceId.value } }
}
