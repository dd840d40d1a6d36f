/** Words as a search takes them, the next of a list, and the view that shows what was found. */
import type { Place } from '@/data/gis'
import type { MapView, Size } from '@/map/mercator'
import { viewOf, type Bbox } from '@/map/view'

/** A point is looked at from here: its street is seen, and its neighbours. */
const NEAR = 16.5
const NEAREST = 17

/** Spaces at the ends and doubled ones mean nothing. */
export function searchWords(typed: string): string {
  return typed.trim().replaceAll(/\s+/g, ' ')
}

/** Round the list: past the end comes the beginning. */
export function step(at: number, by: number, count: number): number {
  return count === 0 ? 0 : (at + by + count) % count
}

export function viewOfPlace({ place, bbox }: Pick<Place, 'place' | 'bbox'>, size: Size): MapView {
  const [lon = 0, lat = 0] = place?.coordinates ?? []
  if (!bbox || bbox.length !== 4) return { lon, lat, zoom: NEAR }
  const whole = viewOf(bbox as Bbox, size)
  return { ...whole, zoom: Math.min(NEAREST, whole.zoom - 0.3) }
}

/** Nearer to a point, but never away from it. */
export function viewOfPoint(lon: number, lat: number, now: MapView): MapView {
  return { lon, lat, zoom: Math.max(now.zoom, NEAR) }
}
