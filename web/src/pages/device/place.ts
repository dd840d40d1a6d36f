/** A GeoJSON point in words. */
import { UNKNOWN } from '@/format/time'

interface Point {
  coordinates: readonly number[]
}

/** `112.60712° E, 26.89345° N` of a WGS-84 point; five decimals are a metre. */
export function sayPlace(place: Point | null | undefined): string {
  const [lon, lat] = place?.coordinates ?? []
  if (lon === undefined || lat === undefined) return UNKNOWN
  const east = `${Math.abs(lon).toFixed(5)}°\u00a0${lon >= 0 ? 'E' : 'W'}`
  return `${east}, ${Math.abs(lat).toFixed(5)}°\u00a0${lat >= 0 ? 'N' : 'S'}`
}
