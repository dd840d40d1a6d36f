/** MapLibre as the product uses it: its worker from our own build, tiles through our own door. */
import { addProtocol, Map, setWorkerUrl } from 'maplibre-gl'
import type {
  GetResourceResponse,
  LayerSpecification,
  RequestParameters,
  SourceSpecification,
  StyleSpecification,
} from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'

import 'maplibre-gl/dist/maplibre-gl.css'

import { fetchTile, readTileAddress } from '@/data/tiles'

import { noteTile, noteTileFault } from './faults'
import { LEAST_ZOOM, MOST_ZOOM } from './view'

export type { LayerSpecification, SourceSpecification, StyleSpecification }
export type GlMap = Map

setWorkerUrl(workerUrl)

/** Every tile is asked for like everything else: with the token, renewed once when it is refused. */
async function load(
  { url }: RequestParameters,
  { signal }: AbortController,
): Promise<GetResourceResponse<ArrayBuffer>> {
  const tile = readTileAddress(url)
  if (!tile) throw new Error(`no tile of ours: ${url}`)
  try {
    const data = await fetchTile(tile, signal)
    noteTile(tile)
    return { data }
  } catch (caught) {
    if (!signal.aborted) noteTileFault(tile, caught)
    throw caught
  }
}

addProtocol('city', load)

interface Start {
  center: [number, number]
  zoom: number
  /** Families of letters, as a style sheet names them. */
  font: string
  /** What the map is called to who does not see it. */
  label: string
}

/** A map that lies flat, north up: a control room reads it at a glance. */
export function createMap(
  container: HTMLElement,
  style: StyleSpecification,
  { font, label, ...start }: Start,
): GlMap {
  const map = new Map({
    container,
    style,
    ...start,
    minZoom: LEAST_ZOOM,
    maxZoom: MOST_ZOOM,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    renderWorldCopies: false,
    attributionControl: false,
    fadeDuration: 120,
    locale: { 'Map.Title': label },
    // No file of letters is asked for: the browser draws Han and Latin alike with these.
    localIdeographFontFamily: font,
  })
  map.touchZoomRotate.disableRotation()
  map.keyboard.disableRotation()
  return map
}
