/** The canvas above the map: what moves is drawn here, so that the map itself may rest. */
import { serverNow } from '@/data/connection'

import type { Painter } from './context'
import { projector, type MapView, type Size } from './mercator'

export interface Overlay {
  /** One frame now, in step with the map's own. */
  draw: () => void
  /** One frame as soon as the browser has one. */
  ask: () => void
  stop: () => void
}

export function createOverlay(
  canvas: HTMLCanvasElement,
  painters: ReadonlySet<Painter>,
  look: () => { view: MapView; size: Size },
): Overlay {
  const pen = canvas.getContext('2d')
  let frame = 0

  function fit({ width, height }: Size): number {
    const ratio = Math.min(2, devicePixelRatio || 1)
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)]
    if (canvas.width !== w || canvas.height !== h) {
      canvas.width = w
      canvas.height = h
    }
    return ratio
  }

  function draw(): void {
    if (!pen) return
    const { view, size } = look()
    if (size.width === 0) return
    const ratio = fit(size)
    pen.setTransform(ratio, 0, 0, ratio, 0, 0)
    pen.clearRect(0, 0, size.width, size.height)
    const scene = { pen, project: projector(view, size), view, size, now: serverNow() }
    let goOn = false
    for (const painter of [...painters].sort((a, b) => a.order - b.order)) {
      goOn = painter.paint(scene) || goOn
    }
    if (goOn) ask()
  }

  function ask(): void {
    if (frame !== 0) return
    frame = requestAnimationFrame(() => {
      frame = 0
      draw()
    })
  }

  return {
    draw,
    ask,
    stop: () => cancelAnimationFrame(frame),
  }
}
