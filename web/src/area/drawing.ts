/** Terra Draw on our map: corners set by click or tap, moved, put in between; one area at a time. */
import { TerraDrawMapLibreGLAdapter } from 'terra-draw-maplibre-gl-adapter'
import {
  TerraDraw,
  TerraDrawModeUndoRedo,
  TerraDrawPolygonMode,
  TerraDrawSelectMode,
} from 'terra-draw'

import type { GlMap } from '@/map/engine'
import { GUESTS } from '@/map/guests'
import type { MapInk } from '@/map/ink'

import { ringOf, rounded, type Corner } from './area'

export interface Drawn {
  corners: Corner[]
  /** The last side is there: what is drawn is an area, and its corners may be moved. */
  closed: boolean
  /** False while a corner is under the hand. */
  settled: boolean
}

export interface Drawing {
  set: (corners: readonly Corner[]) => void
  /** The last corner of what is not yet closed. */
  undo: () => void
  /** Closes what has three corners. */
  finish: () => void
  /** As a click at this point of the window. */
  click: (x: number, y: number) => void
  stop: () => void
}

type Hex = `#${string}`

/** Fingers are broad, and a corner is seldom alone. */
const REACH_PX = 24

export function startDrawing(map: GlMap, ink: MapInk, tell: (drawn: Drawn) => void): Drawing {
  const line = { color: ink.accent as Hex, point: ink.canvas as Hex }
  const draw = new TerraDraw({
    adapter: new TerraDrawMapLibreGLAdapter({ map, prefixId: GUESTS, coordinatePrecision: 9 }),
    modes: [polygonMode(line), selectMode(line)],
    undoRedo: { modeLevel: new TerraDrawModeUndoRedo() },
  })
  draw.start()
  draw.setMode('polygon')

  function area() {
    return draw
      .getSnapshot()
      .find(
        ({ geometry, properties }) => geometry.type === 'Polygon' && properties.mode === 'polygon',
      )
  }

  function say(settled: boolean): void {
    const closed = draw.getMode() === 'select'
    const ring = (area()?.geometry.coordinates[0] ?? []) as number[][]
    // While it is drawn, the ring has the place of the pointer too; and always its first again.
    const set = closed ? ring.length - 1 : Number(area()?.properties[COMMITTED] ?? 0)
    tell({ corners: ring.slice(0, Math.max(0, set)).map(rounded), closed, settled })
  }

  draw.on('change', () => say(draw.getMode() !== 'select'))
  draw.on('finish', (id) => {
    if (draw.getMode() !== 'select') draw.selectFeature(id)
    say(true)
  })

  const canvas = map.getCanvas()
  function pointer(type: string, x: number, y: number): void {
    const box = canvas.getBoundingClientRect()
    const at = { clientX: box.left + x, clientY: box.top + y }
    canvas.dispatchEvent(new PointerEvent(type, { ...at, isPrimary: true, bubbles: true }))
  }

  return {
    set(corners) {
      draw.setMode('polygon')
      draw.clear()
      if (corners.length > 2) {
        const geometry = { type: 'Polygon' as const, coordinates: [ringOf(corners)] }
        const id = draw.getFeatureId()
        draw.addFeatures([{ id, type: 'Feature', geometry, properties: { mode: 'polygon' } }])
        draw.selectFeature(id)
      }
      say(true)
    },
    undo: () => draw.undo(),
    finish: () => canvas.dispatchEvent(new KeyboardEvent('keyup', { key: 'Enter' })),
    click(x, y) {
      for (const type of ['pointermove', 'pointerdown', 'pointerup']) pointer(type, x, y)
    },
    stop: () => draw.stop(),
  }
}

const COMMITTED = 'committedCoordinateCount'

interface Ink {
  color: Hex
  point: Hex
}

function polygonMode({ color, point }: Ink) {
  return new TerraDrawPolygonMode({
    pointerDistance: REACH_PX,
    // Escape is the dialog's: it takes back before it closes.
    keyEvents: { cancel: null, finish: 'Enter' },
    showCoordinatePoints: true,
    styles: {
      fillColor: color,
      fillOpacity: 0.16,
      outlineColor: color,
      outlineWidth: 2.5,
      coordinatePointColor: point,
      coordinatePointOutlineColor: color,
      coordinatePointOutlineWidth: 2,
      coordinatePointWidth: 5,
      closingPointColor: color,
      closingPointOutlineColor: point,
      closingPointOutlineWidth: 2,
      closingPointWidth: 7,
    },
  })
}

function selectMode({ color, point }: Ink) {
  const coordinates = { draggable: true, midpoints: { draggable: true }, deletable: true }
  return new TerraDrawSelectMode({
    pointerDistance: REACH_PX,
    allowManualDeselection: false,
    // A corner ends where the hand lets go of it, not some steps before.
    dragEventThrottle: 1,
    keyEvents: null,
    flags: { polygon: { feature: { draggable: false, coordinates } } },
    styles: {
      selectedPolygonColor: color,
      selectedPolygonFillOpacity: 0.16,
      selectedPolygonOutlineColor: color,
      selectedPolygonOutlineWidth: 2.5,
      selectionPointColor: color,
      selectionPointOutlineColor: point,
      selectionPointOutlineWidth: 2,
      selectionPointWidth: 7,
      midPointColor: point,
      midPointOutlineColor: color,
      midPointOutlineWidth: 1.5,
      midPointWidth: 4,
    },
  })
}
