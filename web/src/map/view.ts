/** Where the map looks: the city as home, and the view as the address bar writes it. */
import type { MapView, Size } from './mercator'
import { fromMercator, toMercator, worldPx } from './mercator'

/** West, south, east, north in degrees. */
export type Bbox = [number, number, number, number]

/** The whole of Hengyang, and its five urban districts where most of what is watched stands. */
export const CITY: Bbox = [110.54, 26.07, 113.27, 27.47]
export const URBAN: Bbox = [112.46, 26.78, 112.74, 27.01]

export const LEAST_ZOOM = 7
export const MOST_ZOOM = 18.5

/** The view that shows a box whole. */
export function viewOf([west, south, east, north]: Bbox, { width, height }: Size): MapView {
  const a = toMercator(west, north)
  const b = toMercator(east, south)
  const px = Math.min(width / (b.x - a.x), height / (b.y - a.y))
  const [lon, lat] = fromMercator({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 })
  return { lon, lat, zoom: held(Math.log2(px / worldPx(0))) }
}

/** What a window of that size shows, and `margin` of its breadth around it. */
export function bboxOf(view: MapView, { width, height }: Size, margin = 0): Bbox {
  const centre = toMercator(view.lon, view.lat)
  const world = worldPx(view.zoom)
  const dx = (width * (0.5 + margin)) / world
  const dy = (height * (0.5 + margin)) / world
  const [west, north] = fromMercator({ x: centre.x - dx, y: centre.y - dy })
  const [east, south] = fromMercator({ x: centre.x + dx, y: centre.y + dy })
  return [west, south, east, north].map((degrees) => round(degrees, 4)) as Bbox
}

/** `112.60712,26.89345,14.2`: five decimals are a metre. */
export function writeView({ lon, lat, zoom }: MapView): string {
  return [round(lon, 5), round(lat, 5), round(zoom, 2)].join(',')
}

/** Null where the address names no place on earth. */
export function readView(text: string): MapView | null {
  const parts = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)))
  const [lon = Number.NaN, lat = Number.NaN, zoom = Number.NaN] = parts
  const good = parts.length === 3 && Math.abs(lon) <= 180 && Math.abs(lat) <= 85 && zoom >= 0
  return good ? { lon, lat, zoom: held(zoom) } : null
}

export function sameView(a: MapView, b: MapView): boolean {
  return writeView(a) === writeView(b)
}

function held(zoom: number): number {
  return Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, zoom))
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits
}
