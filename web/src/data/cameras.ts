/** Cameras: the states of their streams, where they look, and their kept pictures. */
import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'

import { api, clockApi, slowApi } from './client'
import { type EnrolmentOptions, sentFile } from './file'
import type { Once } from './once'
import { CALM_MS, every } from './polling'
import type { Answer, Item, Query, Sent } from './shapes'
import { unwrap } from './transport'

export type Camera = Item<'/api/v1/cameras'>
export type CameraDetail = Answer<'/api/v1/cameras/{device_id}'>
export type Snapshot = Item<'/api/v1/cameras/{device_id}/snapshots'>
export type CameraState = Camera['state']
export type CameraSet = Sent<'/api/v1/cameras/{device_id}', 'put'>
export type StreamName = 'main' | 'sub'
export type StreamSet = NonNullable<CameraSet['main']>
export type Trial = Answer<'/api/v1/cameras/{device_id}/trials', 'post'>
export type CameraEnrolment = Answer<'/api/v1/cameras/enrolments', 'post'>
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

/** Everything that is set of a camera, in place of what was; refused where it was changed since. */
export async function setCamera(camera: CameraDetail, body: CameraSet): Promise<void> {
  const { device_id, version } = camera
  const params = { path: { device_id }, header: { 'if-match': `"${version}"` } }
  await unwrap(api.PUT('/api/v1/cameras/{device_id}', { params, body: body as never }))
}

/** Has a worker open the stream once; takes up to half a minute where nobody answers. */
export function tryStream(
  { device_id }: Pick<CameraDetail, 'device_id'>,
  body: StreamSet & { stream: StreamName },
): Promise<Trial> {
  const params = { path: { device_id } }
  return unwrap(slowApi.POST('/api/v1/cameras/{device_id}/trials', { params, body: body as never }))
}

/** Streams and fields of view of many cameras from a file. */
export function enrolCameras(
  file: File,
  options: EnrolmentOptions,
  once: Once,
): Promise<CameraEnrolment> {
  return unwrap(slowApi.POST('/api/v1/cameras/enrolments', sentFile(file, options, once)))
}

export function fetchCameraTemplate(): Promise<string> {
  return unwrap(
    api.GET('/api/v1/cameras/enrolments/template', { parseAs: 'text' }),
  ) as Promise<string>
}
