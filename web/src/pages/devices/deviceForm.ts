/** A device as a form holds it, and as the server takes it. */
import type { DeviceChange, DeviceCreate } from '@/data/deviceActs'
import type { DeviceDetail } from '@/data/devices'

/** Text fields hold text: what is empty is not there. */
export interface DeviceForm {
  device_id: string
  name: string
  model: string
  owner: string
  division: string
  lon: string
  lat: string
  component_code: string
  camera_number: string
  /** Seconds; empty: speaks when it must. */
  interval: string
}

export const EMPTY_FORM: DeviceForm = {
  device_id: '',
  name: '',
  model: '',
  owner: '',
  division: '',
  lon: '',
  lat: '',
  component_code: '',
  camera_number: '',
  interval: '60',
}

/** Where the form shows what the server refused as a whole. */
export const FIELD_OF_REFUSAL = {
  device_exists: 'device_id',
  reserved_name: 'device_id',
  unknown_model: 'model',
  outside_divisions: 'division',
  outside_area: 'place',
  camera_number_taken: 'camera_number',
} as const

export function formOf(device: DeviceDetail): DeviceForm {
  const [lon, lat] = device.place?.coordinates ?? []
  return {
    device_id: device.device_id,
    name: device.name,
    model: device.model,
    owner: device.owner,
    division: device.division,
    lon: lon === undefined ? '' : String(lon),
    lat: lat === undefined ? '' : String(lat),
    component_code: device.component_code ?? '',
    camera_number: device.camera_number ?? '',
    interval: device.expected_interval_seconds ? String(device.expected_interval_seconds) : '',
  }
}

/** A place needs both numbers; one alone, or what is no number, is no place. */
export function placeOf({ lon, lat }: Pick<DeviceForm, 'lon' | 'lat'>): number[] | null {
  const pair = [lon, lat].map((text) => (text.trim() === '' ? Number.NaN : Number(text)))
  return pair.every(Number.isFinite) ? pair : null
}

/** Half a place, or one that is none: the form says so before the server must. */
export function placeIsHalf(form: Pick<DeviceForm, 'lon' | 'lat'>): boolean {
  const given = form.lon.trim() !== '' || form.lat.trim() !== ''
  return given && placeOf(form) === null
}

function fieldsOf(form: DeviceForm) {
  const coordinates = placeOf(form)
  return {
    name: form.name.trim(),
    owner: form.owner.trim(),
    division: form.division.trim(),
    place: coordinates && { type: 'Point' as const, coordinates },
    component_code: form.component_code.trim() || null,
    camera_number: form.camera_number.trim() || null,
    expected_interval_seconds: form.interval.trim() ? Number(form.interval) : null,
  }
}

export function creationOf(form: DeviceForm): DeviceCreate {
  const fixed = { device_id: form.device_id.trim(), model: form.model }
  return { ...fixed, ...fieldsOf(form) } as DeviceCreate
}

/** Only what is not as it was: two people who change different things do not undo each other. */
export function changeOf(before: DeviceForm, after: DeviceForm): DeviceChange {
  const [was, is] = [fieldsOf(before), fieldsOf(after)]
  const changed = Object.entries(is).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(was[key as keyof typeof was]),
  )
  return Object.fromEntries(changed) as DeviceChange
}
