/** Symbols of devices and alarms: a shape a kind, a filling and a mark a state. */
import type { DeviceKind, DeviceState } from '@/data/devices'
import type { Severity } from '@/data/alarms'
import type { Theme } from '@/theme/theme'

import type { MapInk } from './ink'

/** Side of a symbol, CSS px, and how many pixels of the screen one of them is drawn with. */
export const SIDE = 26
export const RATIO = 2

const C = SIDE / 2

type Tone = 'green' | 'yellow' | 'orange' | 'blue' | 'stale'

const STATE_TONES: Readonly<Record<DeviceState, Tone>> = {
  online: 'green',
  late: 'yellow',
  offline: 'orange',
  maintenance: 'blue',
  unknown: 'stale',
}

/** Only who reports in time is filled; all others are rings with a sign in them. */
const FILLED: ReadonlySet<DeviceState> = new Set(['online'])

export function symbolName(kind: DeviceKind, state: DeviceState, theme: Theme): string {
  return `device:${kind}:${state}:${theme}`
}

/** Kind and state of a name; null for what is no symbol of ours. */
export function readSymbolName(name: string): { kind: DeviceKind; state: DeviceState } | null {
  const [what, kind, state] = name.split(':')
  if (what !== 'device' || !kind || !state) return null
  return { kind: kind as DeviceKind, state: state as DeviceState }
}

export function toneOf(state: DeviceState, ink: MapInk): string {
  return ink[STATE_TONES[state]]
}

type Pen = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D

function polygon(pen: Pen, corners: number, radius: number, turn = 0): void {
  for (let at = 0; at < corners; at += 1) {
    const angle = turn - Math.PI / 2 + (at * 2 * Math.PI) / corners
    const [x, y] = [C + radius * Math.cos(angle), C + radius * Math.sin(angle)]
    if (at === 0) pen.moveTo(x, y)
    else pen.lineTo(x, y)
  }
  pen.closePath()
}

/** Outlines by kind, told apart without colour. */
const OUTLINES: Readonly<Record<DeviceKind, (pen: Pen) => void>> = {
  sensor: (pen) => pen.arc(C, C, 8, 0, 2 * Math.PI),
  epolice: (pen) => pen.roundRect(C - 7.5, C - 7.5, 15, 15, 2.5),
  camera: (pen) => polygon(pen, 6, 9, Math.PI / 6),
  signal: (pen) => pen.roundRect(C - 5, C - 9, 10, 18, 5),
  vehicle: arrow,
}

function arrow(pen: Pen): void {
  pen.moveTo(C, C - 9.5)
  pen.lineTo(C + 7, C + 7.5)
  pen.lineTo(C, C + 4)
  pen.lineTo(C - 7, C + 7.5)
  pen.closePath()
}

function dot(pen: Pen, x: number, y: number, radius: number): void {
  pen.moveTo(x + radius, y)
  pen.arc(x, y, radius, 0, 2 * Math.PI)
}

/** What a kind carries inside while all is well. */
const INSIDES: Readonly<Record<DeviceKind, (pen: Pen) => void>> = {
  sensor: (pen) => dot(pen, C, C, 2.6),
  epolice: (pen) => pen.rect(C - 3.5, C - 1.2, 7, 2.4),
  camera: (pen) => dot(pen, C, C, 3.2),
  signal: (pen) => {
    for (const y of [C - 4.6, C, C + 4.6]) dot(pen, C, y, 1.5)
  },
  vehicle: () => undefined,
}

function strokes(pen: Pen, ...lines: readonly (readonly [number, number, number, number])[]): void {
  for (const [x1, y1, x2, y2] of lines) {
    pen.moveTo(C + x1, C + y1)
    pen.lineTo(C + x2, C + y2)
  }
}

/** Signs of states: a cross, hands of a clock, two bars, a dot. */
const SIGNS: Readonly<Record<Exclude<DeviceState, 'online'>, (pen: Pen) => void>> = {
  offline: (pen) => strokes(pen, [-2.6, -2.6, 2.6, 2.6], [2.6, -2.6, -2.6, 2.6]),
  late: (pen) => strokes(pen, [0, -3.6, 0, 0], [0, 0, 2.8, 1.6]),
  maintenance: (pen) => strokes(pen, [-1.9, -2.8, -1.9, 2.8], [1.9, -2.8, 1.9, 2.8]),
  unknown: (pen) => strokes(pen, [-0.2, 0, 0.2, 0]),
}

function drawDevice(pen: Pen, kind: DeviceKind, state: DeviceState, ink: MapInk): void {
  const tone = toneOf(state, ink)
  const filled = FILLED.has(state)
  pen.lineJoin = 'round'
  pen.lineCap = 'round'
  pen.beginPath()
  OUTLINES[kind](pen)
  // The dark rim keeps the symbol apart from roads and from its neighbours.
  pen.strokeStyle = ink.halo
  pen.lineWidth = filled ? 3 : 5
  pen.stroke()
  pen.fillStyle = filled ? tone : ink.surface
  pen.fill()
  if (!filled) {
    pen.strokeStyle = tone
    pen.lineWidth = 2
    pen.stroke()
  }
  pen.beginPath()
  if (state === 'online') {
    INSIDES[kind](pen)
    pen.fillStyle = ink.canvas
    pen.fill()
    return
  }
  SIGNS[state](pen)
  pen.lineWidth = 1.8
  pen.strokeStyle = tone
  pen.stroke()
}

/** Corners of the sign of each severity, 0 being a circle: four shapes for four colours. */
const ALARM_CORNERS: Readonly<Record<Severity, number>> = { red: 8, orange: 3, yellow: 4, blue: 0 }

function drawAlarm(pen: Pen, severity: Severity, open: boolean, ink: MapInk): void {
  const corners = ALARM_CORNERS[severity]
  pen.beginPath()
  if (corners === 0) pen.arc(C, C, 9, 0, 2 * Math.PI)
  else polygon(pen, corners, corners === 3 ? 11.5 : 10.5, corners === 8 ? Math.PI / 8 : 0)
  pen.lineJoin = 'round'
  pen.strokeStyle = ink.halo
  pen.lineWidth = 4
  pen.stroke()
  pen.fillStyle = open ? ink[severity] : ink.surface
  pen.fill()
  pen.strokeStyle = ink[severity]
  pen.lineWidth = 1.6
  pen.stroke()
  const middle = corners === 3 ? C + 1.6 : C
  pen.fillStyle = open ? ink.canvas : ink[severity]
  pen.fillRect(C - 1.1, middle - 5.2, 2.2, 6.4)
  pen.fillRect(C - 1.1, middle + 2.8, 2.2, 2.2)
}

function sheet(): { canvas: HTMLCanvasElement; pen: CanvasRenderingContext2D } | null {
  const canvas = document.createElement('canvas')
  canvas.width = SIDE * RATIO
  canvas.height = SIDE * RATIO
  const pen = canvas.getContext('2d')
  if (!pen) return null
  pen.scale(RATIO, RATIO)
  return { canvas, pen }
}

/** A field of view as the map draws it: `sees` where pictures come. */
export function fieldCanvas(sees: boolean, ink: MapInk) {
  const drawn = sheet()
  if (!drawn) return null
  const { pen, canvas } = drawn
  pen.beginPath()
  pen.moveTo(C, SIDE - 3)
  pen.arc(C, SIDE - 3, SIDE - 7, (-3 * Math.PI) / 4, -Math.PI / 4)
  pen.closePath()
  pen.fillStyle = pen.strokeStyle = sees ? ink.accent : ink.stale
  pen.globalAlpha = 0.3
  pen.fill()
  pen.globalAlpha = 1
  pen.lineWidth = 1.2
  pen.stroke()
  return canvas
}

/** For the map itself, which takes pixels. */
export function deviceImage(name: string, ink: MapInk): ImageData | null {
  const found = readSymbolName(name)
  const drawn = found && sheet()
  if (!drawn) return null
  drawDevice(drawn.pen, found.kind, found.state, ink)
  return drawn.pen.getImageData(0, 0, SIDE * RATIO, SIDE * RATIO)
}

export function deviceCanvas(kind: DeviceKind, state: DeviceState, ink: MapInk) {
  const drawn = sheet()
  if (drawn) drawDevice(drawn.pen, kind, state, ink)
  return drawn?.canvas ?? null
}

/** `open`: the trouble lasts; what is over is a ring. */
export function alarmCanvas(severity: Severity, open: boolean, ink: MapInk) {
  const drawn = sheet()
  if (drawn) drawAlarm(drawn.pen, severity, open, ink)
  return drawn?.canvas ?? null
}
