/** The tokens a map is drawn with, read anew when the theme changes. */
import { computed, nextTick, shallowRef, watch } from 'vue'

import { theme, token, type Theme } from '@/theme/theme'

export interface MapInk {
  theme: Theme
  beyond: string
  land: string
  built: string
  water: string
  district: string
  street: string
  unit: string
  roads: readonly [string, string, string, string]
  name: string
  name2: string
  halo: string
  cluster: string
  text: string
  quiet: string
  accent: string
  surface: string
  canvas: string
  line: string
  red: string
  orange: string
  yellow: string
  blue: string
  green: string
  stale: string
  font: string
  /** How much larger letters are than at a desk. */
  scale: number
}

/** px of plain text at a desk. */
const DESK_PX = 14

function readInk(): MapInk {
  return {
    theme: theme.value,
    beyond: token('--hy-map-beyond'),
    land: token('--hy-map-land'),
    built: token('--hy-map-built'),
    water: token('--hy-map-water'),
    district: token('--hy-map-district'),
    street: token('--hy-map-street'),
    unit: token('--hy-map-unit'),
    roads: [
      token('--hy-map-road-1'),
      token('--hy-map-road-2'),
      token('--hy-map-road-3'),
      token('--hy-map-road-4'),
    ],
    name: token('--hy-map-name'),
    name2: token('--hy-map-name-2'),
    halo: token('--hy-map-halo'),
    cluster: token('--hy-map-cluster'),
    text: token('--hy-text'),
    quiet: token('--hy-text-2'),
    accent: token('--hy-accent'),
    surface: token('--hy-surface'),
    canvas: token('--hy-canvas'),
    line: token('--hy-line-strong'),
    red: token('--hy-red'),
    orange: token('--hy-orange'),
    yellow: token('--hy-yellow'),
    blue: token('--hy-blue'),
    green: token('--hy-green'),
    stale: token('--hy-stale'),
    font: token('--hy-font'),
    scale: (Number.parseFloat(token('--hy-size-2')) || DESK_PX) / DESK_PX,
  }
}

const current = shallowRef<MapInk | null>(null)

// The document wears the new theme only after the watcher in theme.ts has run.
watch(theme, () => void nextTick(() => (current.value = readInk())))

export const mapInk = computed<MapInk>(() => current.value ?? (current.value = readInk()))
