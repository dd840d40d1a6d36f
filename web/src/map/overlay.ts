/** The canvas above the map: what moves is drawn here, so that the map itself may rest. */
import { serverNow } from '@/data/connection'

import type { Painter } from './context'
import { projector, type MapView, type Size } from './mercator'

/** What is wanted sooner is wanted in the next frame. */
const FRAME_MS = 17

export interface Overlay {
  /** One frame now, in step with the map's own. */
  draw: () => void
  /** One frame within so many ms; as soon as the browser has one where nothing is said. */
  ask: (within?: number) => void
  stop: () => void
}

export function createOverlay(
  canvas: HTMLCanvasElement,
  painters: ReadonlySet<Painter>,
  look: () => { view: MapView; size: Size },
): Overlay {
  const pen = canvas.getContext('2d')
  let frame = 0
  let timer = 0
  let due = Infinity

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
    let next = Infinity
    for (const painter of [...painters].sort((a, b) => a.order - b.order)) {
      next = Math.min(next, painter.paint(scene))
    }
    if (next < Infinity) ask(next)
  }

  // Software that draws without a graphics card pays for the whole canvas each time: it is drawn
  // when the eye would see a difference, not each time that the browser has a frame.
  function ask(within = 0): void {
    if (frame !== 0) return
    if (within <= FRAME_MS) {
      forgetTimer()
      frame = requestAnimationFrame(() => {
        frame = 0
        draw()
      })
    } else if (performance.now() + within < due) {
      forgetTimer()
      due = performance.now() + within
      timer = window.setTimeout(() => {
        due = Infinity
        ask()
      }, within)
    }
  }

  function forgetTimer(): void {
    clearTimeout(timer)
    due = Infinity
  }

  return {
    draw,
    ask,
    stop: () => {
      forgetTimer()
      cancelAnimationFrame(frame)
    },
  }
}
