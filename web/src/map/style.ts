/** The quiet map of the city: land, water, roads, limits and names, by zoom and in one's language. */
import type { Language } from '@/i18n'

import type { Drawing } from './context'
import type { LayerSpecification } from './engine'
import type { MapInk } from './ink'

type Filter = NonNullable<Extract<LayerSpecification, { type: 'line' }>['filter']>

export const FONT = ['system-ui']

const TILES = { source: 'base' } as const

/** Roads from wide to narrow: where each begins, and how wide it is at zoom 10 and 18. */
const ROADS = [
  { name: 'branch', ink: 3, from: 13, narrow: 0.4, wide: 9 },
  { name: 'secondary', ink: 2, from: 11, narrow: 0.5, wide: 14 },
  { name: 'main', ink: 1, from: 9, narrow: 0.7, wide: 20 },
  { name: 'expressway', ink: 0, from: 7, narrow: 1.1, wide: 26 },
] as const

/** Limits of divisions: the smaller the unit, the later and the fainter. */
const LIMITS = [
  { name: 'grids', ink: 'unit', from: 15, width: 0.8, dash: [2, 3] },
  { name: 'communities', ink: 'street', from: 12.5, width: 0.8, dash: [4, 3] },
  { name: 'streets', ink: 'street', from: 10, width: 1, dash: null },
  { name: 'districts', ink: 'district', from: 0, width: 1.4, dash: null },
] as const

/** Names by level of division: where they are read, and how large. */
const NAMES = [
  { level: 4, from: 13, to: 17, size: 11.5, ink: 'name2' },
  { level: 3, from: 11, to: 15, size: 13, ink: 'name2' },
  { level: 2, from: 0, to: 12.5, size: 15, ink: 'name' },
] as const

/** Name in the reader's language, in the other where there is none. */
export function nameIn(language: Language) {
  const [first, second] = language === 'zh' ? ['name_zh', 'name_en'] : ['name_en', 'name_zh']
  return [
    'case',
    ['all', ['has', first], ['!=', ['get', first], '']],
    ['get', first],
    ['coalesce', ['get', second], ''],
  ] as never
}

export function baseDrawing(ink: MapInk, language: Language, tiles: string): Drawing {
  return {
    sources: { base: { type: 'vector', tiles: [tiles], minzoom: 0, maxzoom: 16 } },
    layers: [...grounds(ink), ...roads(ink), ...limits(ink), ...names(ink, language)],
  }
}

function grounds(ink: MapInk): LayerSpecification[] {
  return [
    {
      id: 'land',
      type: 'fill',
      ...TILES,
      'source-layer': 'districts',
      paint: { 'fill-color': ink.land, 'fill-antialias': false },
    },
    {
      id: 'built',
      type: 'fill',
      ...TILES,
      'source-layer': 'streets',
      minzoom: 9,
      paint: { 'fill-color': ink.built, 'fill-opacity': 0.7, 'fill-antialias': false },
    },
    {
      id: 'waters',
      type: 'fill',
      ...TILES,
      'source-layer': 'waters',
      paint: { 'fill-color': ink.water },
    },
  ]
}

function roads(ink: MapInk): LayerSpecification[] {
  return ROADS.map((road) => ({
    id: `road-${road.name}`,
    type: 'line' as const,
    ...TILES,
    'source-layer': 'roads',
    minzoom: road.from,
    filter: ['==', ['get', 'class'], road.name] as Filter,
    layout: { 'line-cap': 'round' as const, 'line-join': 'round' as const },
    paint: {
      'line-color': ink.roads[road.ink],
      'line-width': [
        'interpolate',
        ['exponential', 1.6],
        ['zoom'],
        10,
        road.narrow,
        18,
        road.wide,
      ] as never,
    },
  }))
}

function limits(ink: MapInk): LayerSpecification[] {
  return LIMITS.map((limit) => ({
    id: `limit-${limit.name}`,
    type: 'line' as const,
    ...TILES,
    'source-layer': limit.name,
    minzoom: limit.from,
    paint: {
      'line-color': ink[limit.ink],
      'line-width': limit.width,
      ...(limit.dash ? { 'line-dasharray': [...limit.dash] } : {}),
    },
  }))
}

function names(ink: MapInk, language: Language): LayerSpecification[] {
  const halo = { 'text-halo-color': ink.halo, 'text-halo-width': 1.4 }
  const streets: LayerSpecification = {
    id: 'road-names',
    type: 'symbol',
    ...TILES,
    'source-layer': 'roads',
    minzoom: 13,
    filter: ['!=', ['get', 'class'], 'branch'] as Filter,
    layout: {
      'text-field': nameIn(language),
      'text-font': FONT,
      'text-size': 12 * ink.scale,
      'symbol-placement': 'line',
      'symbol-spacing': 420,
      'text-max-angle': 30,
    },
    paint: { 'text-color': ink.name2, ...halo },
  }
  const divisions = NAMES.map((name) => ({
    id: `names-${name.level}`,
    type: 'symbol' as const,
    ...TILES,
    'source-layer': 'labels',
    minzoom: name.from,
    maxzoom: name.to,
    filter: ['==', ['get', 'level'], name.level] as Filter,
    layout: {
      'text-field': nameIn(language),
      'text-font': FONT,
      'text-size': name.size * ink.scale,
      'text-letter-spacing': language === 'zh' ? 0.12 : 0.02,
      'text-max-width': 8,
      'text-padding': 6,
      'text-allow-overlap': name.level === 2, // never given up for the count of a cluster
    },
    paint: { 'text-color': ink[name.ink], ...halo },
  }))
  return [streets, ...divisions]
}
