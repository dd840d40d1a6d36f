/** A camera as a form holds it, and as the server takes it. */
import type { CameraDetail, CameraSet, StreamName, StreamSet } from '@/data/cameras'
import { sector, type Look } from '@/map/sector'
import type { Area } from '@/area/area'

export interface StreamForm {
  address: string
  user: string
  /** Empty: the one that is kept stays. */
  password: string
}

/** Fields hold text: what is empty is not set. */
export interface CameraForm {
  main: StreamForm
  sub: StreamForm
  height_m: string
  heading_deg: string
  tilt_deg: string
  fov_deg: string
  range_m: string
  snapshot_seconds: string
}

export const STREAMS = ['main', 'sub'] as const satisfies readonly StreamName[]

/** Numbers with the bounds that the server has too. */
export const NUMBERS = [
  { key: 'height_m', unit: 'm', least: 0, most: 500 },
  { key: 'heading_deg', unit: '°', least: 0, most: 359.9 },
  { key: 'tilt_deg', unit: '°', least: -90, most: 90 },
  { key: 'fov_deg', unit: '°', least: 1, most: 360 },
  { key: 'range_m', unit: 'm', least: 1, most: 5000 },
  { key: 'snapshot_seconds', unit: 's', least: 0, most: 86_400 },
] as const

type NumberKey = (typeof NUMBERS)[number]['key']

export function formOf(camera: CameraDetail): CameraForm {
  const stream = (name: StreamName): StreamForm => {
    const { address = '', user = '' } = camera[name] ?? {}
    return { address, user: user ?? '', password: '' }
  }
  const numbers = NUMBERS.map(({ key }) => [key, text(camera[key])])
  return {
    main: stream('main'),
    sub: stream('sub'),
    ...(Object.fromEntries(numbers) as Record<NumberKey, string>),
  }
}

/** A wrong number is left out of the body: the form says so before. */
export function bodyOf(form: CameraForm): CameraSet {
  const numbers = NUMBERS.map(({ key }) => [key, numberOf(form[key])])
  return {
    main: streamOf(form.main),
    sub: streamOf(form.sub),
    ...(Object.fromEntries(numbers) as Record<NumberKey, number | null>),
  }
}

/** Null where there is no address: then there is no stream. */
export function streamOf({ address, user, password }: StreamForm): StreamSet | null {
  if (!address.trim()) return null
  const login = user.trim() ? { user: user.trim(), ...(password ? { password } : {}) } : {}
  return { address: address.trim(), ...login }
}

/** Numbers that are none, or out of bounds. */
export function wrongNumbers(form: CameraForm): NumberKey[] {
  return NUMBERS.filter(({ key, least, most }) => {
    if (!form[key].trim()) return false
    const value = numberOf(form[key])
    return value === null || value < least || value > most
  }).map(({ key }) => key)
}

/** What it would see of the ground; null while the form does not say where it looks. */
export function areaOf(form: CameraForm, place: readonly number[] | undefined): Area | null {
  const [lon, lat] = place ?? []
  const [heading, fov] = [numberOf(form.heading_deg), numberOf(form.fov_deg)]
  if (lon === undefined || lat === undefined || heading === null || fov === null) return null
  if (wrongNumbers(form).length > 0) return null
  const look: Look = { lon, lat, heading, fov, range: numberOf(form.range_m) }
  return { type: 'Polygon', coordinates: [sector(look)] }
}

function text(value: number | null): string {
  // As kept: single precision, of which people write a digit or two.
  return value === null ? '' : String(Math.round(value * 100) / 100)
}

function numberOf(given: string): number | null {
  const value = given.trim() === '' ? Number.NaN : Number(given)
  return Number.isFinite(value) ? value : null
}
