/** What a map and the layers inside it give one another. */
import {
  inject,
  onBeforeUnmount,
  shallowReactive,
  shallowRef,
  watch,
  type InjectionKey,
  type Ref,
  type ShallowRef,
} from 'vue'

import type { GlMap, LayerSpecification, SourceSpecification } from './engine'
import type { MapView, MercatorPoint, Size } from './mercator'

/** What was pointed at. `ref` is a device id, an alarm's id or the code of a component. */
export interface Pick {
  what: 'device' | 'alarm' | 'component' | 'cluster' | 'ground'
  ref: string
  lon: number
  lat: number
}

/** Sources and layers of one part of the map, in drawing order. */
export interface Drawing {
  sources: Record<string, SourceSpecification>
  layers: LayerSpecification[]
}

/** Draws what moves on the canvas above the map; gives the ms until what it has drawn is no longer
 *  true to the eye: 0 is the next frame, Infinity is never. */
export interface Painter {
  order: number
  paint: (scene: Scene) => number
  /** What is at a point of the window, if anything of this painter's. */
  pick?: (at: MercatorPoint) => Pick | null
}

export interface Scene {
  pen: CanvasRenderingContext2D
  project: (point: MercatorPoint) => MercatorPoint
  view: MapView
  size: Size
  /** ms since epoch, the server's clock. */
  now: number
}

interface Part {
  order: number
  draw: () => Drawing
}

export interface CityMapContext {
  gl: ShallowRef<GlMap | null>
  view: Ref<MapView>
  size: Ref<Size>
  parts: Set<Part>
  painters: Set<Painter>
  /** Asks for one frame of the canvas above the map, at once or within so many ms. */
  repaint: (within?: number) => void
}

const KEY: InjectionKey<CityMapContext> = Symbol('city map')

export function createContext(view: Ref<MapView>): CityMapContext & { key: typeof KEY } {
  return {
    key: KEY,
    gl: shallowRef(null),
    view,
    size: shallowRef({ width: 0, height: 0 }),
    parts: shallowReactive(new Set<Part>()),
    painters: shallowReactive(new Set<Painter>()),
    repaint: () => undefined,
  }
}

export function useMapContext(): CityMapContext {
  const context = inject(KEY)
  if (!context) throw new Error('a layer stands outside of a map')
  return context
}

/** Asks for the tiles of a source anew when their revision changes; the old ones stay until then. */
export function useRevision(source: string, revision: () => string): void {
  const { gl } = useMapContext()
  watch(revision, (_, before) => {
    if (before !== '' && gl.value?.getSource(source)) gl.value.refreshTiles(source)
  })
}

/** Takes part in the map's style while the component lives; drawn anew when what it reads changes. */
export function usePart(order: number, draw: () => Drawing): CityMapContext {
  const context = useMapContext()
  const part = { order, draw }
  context.parts.add(part)
  onBeforeUnmount(() => context.parts.delete(part))
  return context
}

export function usePainter(painter: Painter): CityMapContext {
  const context = useMapContext()
  context.painters.add(painter)
  onBeforeUnmount(() => {
    context.painters.delete(painter)
    context.repaint()
  })
  return context
}
