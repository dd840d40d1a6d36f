/** Web Mercator without tilt or turn: places as points of the window, in plain arithmetic. */

/** On the unit square: 0 is west and north, 1 east and south. */
export interface MercatorPoint {
  x: number
  y: number
}

export interface MapView {
  lon: number
  lat: number
  zoom: number
}

export interface Size {
  width: number
  height: number
}

/** Width of the world at zoom 0, CSS px. */
const TILE = 512
const EQUATOR_M = 40_075_016.686
/** Beyond it the square ends. */
const LAST_LAT = 85.051129

export function toMercator(lon: number, lat: number): MercatorPoint {
  const held = Math.min(LAST_LAT, Math.max(-LAST_LAT, lat))
  const rise = Math.log(Math.tan(Math.PI / 4 + (held * Math.PI) / 360))
  return { x: (lon + 180) / 360, y: 0.5 - rise / (2 * Math.PI) }
}

export function fromMercator({ x, y }: MercatorPoint): [lon: number, lat: number] {
  const lat = (Math.atan(Math.exp((0.5 - y) * 2 * Math.PI)) * 360) / Math.PI - 90
  return [x * 360 - 180, lat]
}

/** CSS px across the whole world. */
export function worldPx(zoom: number): number {
  return TILE * 2 ** zoom
}

/** Gives of each point where it stands in a window of that size, CSS px from its upper left. */
export function projector(view: MapView, size: Size): (point: MercatorPoint) => MercatorPoint {
  const centre = toMercator(view.lon, view.lat)
  const world = worldPx(view.zoom)
  const left = size.width / 2 - centre.x * world
  const top = size.height / 2 - centre.y * world
  return ({ x, y }) => ({ x: x * world + left, y: y * world + top })
}

/** Metres on the ground under one CSS px. */
export function metresPerPx(lat: number, zoom: number): number {
  return (EQUATOR_M * Math.cos((lat * Math.PI) / 180)) / worldPx(zoom)
}

/** Metres between two points of the square, good for the breadth of a city. */
export function metresBetween(a: MercatorPoint, b: MercatorPoint): number {
  const [, lat] = fromMercator({ x: a.x, y: (a.y + b.y) / 2 })
  return Math.hypot(a.x - b.x, a.y - b.y) * EQUATOR_M * Math.cos((lat * Math.PI) / 180)
}

export interface Scale {
  metres: number
  px: number
}

/** The longest bar of 1, 2 or 5 times a power of ten that is no wider than `mostPx`. */
export function scaleBar(view: MapView, mostPx: number): Scale {
  const per = metresPerPx(view.lat, view.zoom)
  const most = per * mostPx
  const power = 10 ** Math.floor(Math.log10(most))
  const metres = ([5, 2, 1].find((step) => step * power <= most) ?? 1) * power
  return { metres, px: metres / per }
}
