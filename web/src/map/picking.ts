/** What is under the pointer: what moves first, then devices, components, clusters, else the ground. */
import type { CityMapContext, Pick } from './context'
import type { GlMap } from './engine'
import type { MercatorPoint } from './mercator'
import { CLUSTER_LAYERS, COMPONENT_LAYERS, DEVICE_LAYERS } from './points'

/** px around the pointer that still count: hands and wall screens are not exact. */
const REACH = 5

interface LngLat {
  lng: number
  lat: number
}

export function pickAt(
  map: GlMap,
  { painters }: CityMapContext,
  at: MercatorPoint,
  { lng, lat }: LngLat,
): Pick {
  const drawn = [...painters].sort((a, b) => b.order - a.order)
  for (const painter of drawn) {
    const found = painter.pick?.(at)
    if (found) return found
  }
  return found(map, at) ?? { what: 'ground', ref: '', lon: lng, lat }
}

function found(map: GlMap, { x, y }: MercatorPoint): Pick | null {
  const there = (layers: readonly string[]) => layers.filter((layer) => map.getLayer(layer))
  const layers = there([...DEVICE_LAYERS, ...COMPONENT_LAYERS, ...CLUSTER_LAYERS])
  if (layers.length === 0) return null
  const box: [[number, number], [number, number]] = [
    [x - REACH, y - REACH],
    [x + REACH, y + REACH],
  ]
  for (const feature of map.queryRenderedFeatures(box, { layers })) {
    if (feature.geometry.type !== 'Point') continue
    const [lon = 0, lat = 0] = feature.geometry.coordinates
    const { n, id } = feature.properties as { n: number; id?: string }
    if (n > 1) return { what: 'cluster', ref: '', lon, lat }
    const what = DEVICE_LAYERS.includes(feature.layer.id) ? 'device' : 'component'
    return { what, ref: String(id ?? ''), lon, lat }
  }
  return null
}
