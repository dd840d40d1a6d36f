/** What people do to devices: register, change, maintain, give credentials, take out and back. */
import { api, slowApi } from './client'
import type { DeviceDetail } from './devices'
import { type EnrolmentOptions, sentFile } from './file'
import type { Once } from './once'
import type { Answer, Sent } from './shapes'
import { unwrap } from './transport'

export type DeviceCreate = Sent<'/api/v1/devices'>
export type DeviceChange = Sent<'/api/v1/devices/{device_id}', 'patch'>
export type DeviceCreated = Answer<'/api/v1/devices', 'post'>
export type Credential = Answer<'/api/v1/devices/{device_id}/credential', 'post'>
export type EnrolmentAnswer = Answer<'/api/v1/devices/enrolments', 'post'>

type Version = Pick<DeviceDetail, 'device_id' | 'version'>

export function createDevice(body: DeviceCreate, once: Once): Promise<DeviceCreated> {
  const header = once.header(body)
  return unwrap(api.POST('/api/v1/devices', { params: { header }, body: body as never }))
}

export function changeDevice(device: Version, body: DeviceChange): Promise<DeviceDetail> {
  const params = version(device)
  return unwrap(api.PATCH('/api/v1/devices/{device_id}', { params, body: body as never }))
}

export function setMaintenance(
  device: Version,
  body: { reason: string; until: string },
): Promise<DeviceDetail> {
  const params = version(device)
  return unwrap(api.PUT('/api/v1/devices/{device_id}/maintenance', { params, body }))
}

export function endMaintenance(device: Version): Promise<DeviceDetail> {
  return unwrap(api.DELETE('/api/v1/devices/{device_id}/maintenance', { params: version(device) }))
}

export function rotateCredential({ device_id }: Version, reason: string): Promise<Credential> {
  const params = { path: { device_id } }
  return unwrap(api.POST('/api/v1/devices/{device_id}/credential', { params, body: { reason } }))
}

export function retireDevice(device: Version, reason: string): Promise<DeviceDetail> {
  const params = version(device)
  return unwrap(api.POST('/api/v1/devices/{device_id}/retirement', { params, body: { reason } }))
}

export function reinstateDevice(device: Version): Promise<Credential> {
  return unwrap(api.DELETE('/api/v1/devices/{device_id}/retirement', { params: version(device) }))
}

export function enrolDevices(
  file: File,
  options: EnrolmentOptions,
  once: Once,
): Promise<EnrolmentAnswer> {
  return unwrap(slowApi.POST('/api/v1/devices/enrolments', sentFile(file, options, once)))
}

/** An empty file with all headings, as the server has them. */
export function fetchEnrolmentTemplate(): Promise<string> {
  return unwrap(
    api.GET('/api/v1/devices/enrolments/template', { parseAs: 'text' }),
  ) as Promise<string>
}

function version({ device_id, version: read }: Version) {
  return { path: { device_id }, header: { 'if-match': `"${read}"` } }
}
