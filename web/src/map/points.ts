/** Points on the map: the server's clusters with their counts, and what stands alone. */
import { DEVICE_KINDS, DEVICE_STATES } from '@/data/devices'
import type { Language } from '@/i18n'

import type { Drawing } from './context'
import type { LayerSpecification } from './engine'
import type { MapInk } from './ink'
import { FONT } from './style'
import { symbolName } from './symbols'

type Filter = NonNullable<Extract<LayerSpecification, { type: 'line' }>['filter']>

const CLUSTER = ['>', ['get', 'n'], 1] as Filter
const SINGLE = ['==', ['get', 'n'], 1] as Filter

/** The server's cells are 32 px wide, so no circle may be wider. Sized by the order of magnitude of what it holds: ten times as many is one step larger. */
const SPREAD = ['log10', ['max', 2, ['get', 'n']]]

/** `1234` as `1.2k`: a count on a cluster is read at a glance. */
const COUNT = [
  'case',
  ['<', ['get', 'n'], 1000],
  ['to-string', ['get', 'n']],
  ['concat', ['number-format', ['/', ['get', 'n'], 1000], { 'max-fraction-digits': 1 }], 'k'],
]

/** Great classes of components (GB/T 30428.2), by the first two digits of the class code. */
export const CLASS_LETTERS: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  zh: { '01': '公', '02': '交', '03': '容', '04': '绿', '05': '房', '06': '他', '21': '扩' },
  en: { '01': 'U', '02': 'T', '03': 'A', '04': 'G', '05': 'B', '06': 'O', '21': 'X' },
}

/** `far` below a zoom, `near` from there on. */
function byZoom(zoom: number, far: number, near: number): never {
  return (zoom > 0 ? ['step', ['zoom'], far, zoom, near] : near) as never
}

function clusters(
  id: string,
  ink: MapInk,
  style: { rim: string; base: number; step: number; letters: number; countsFrom: number },
): LayerSpecification[] {
  return [
    {
      id: `${id}-clusters`,
      type: 'circle',
      source: id,
      'source-layer': id,
      filter: CLUSTER,
      paint: {
        'circle-radius': ['+', style.base, ['*', style.step, SPREAD]] as never,
        'circle-color': ink.cluster,
        // Where no count is told, the circle is ground for what lies on it.
        'circle-opacity': byZoom(style.countsFrom, 0.3, 0.92),
        'circle-stroke-opacity': byZoom(style.countsFrom, 0, 1),
        'circle-stroke-color': style.rim,
        'circle-stroke-width': 1.2,
      },
    },
    {
      id: `${id}-counts`,
      type: 'symbol',
      source: id,
      'source-layer': id,
      minzoom: style.countsFrom,
      filter: CLUSTER,
      layout: {
        'text-field': COUNT as never,
        'text-font': FONT,
        'text-size': style.letters,
        'text-allow-overlap': true,
      },
      paint: { 'text-color': ink.text },
    },
  ]
}

export function componentDrawing(ink: MapInk, language: Language, tiles: string): Drawing {
  const letters = Object.entries(CLASS_LETTERS[language]).flat()
  return {
    sources: {
      components: { type: 'vector', tiles: [tiles], minzoom: 0, maxzoom: 18, promoteId: 'id' },
    },
    layers: [
      ...clusters('components', ink, {
        rim: ink.street,
        base: 5,
        step: 2.4,
        letters: 10,
        countsFrom: 13,
      }),
      {
        id: 'components-singles',
        type: 'circle',
        source: 'components',
        'source-layer': 'components',
        filter: SINGLE,
        paint: {
          'circle-radius': ['interpolate', ['linear'], ['zoom'], 13, 3, 17, 9] as never,
          'circle-color': ink.built,
          'circle-stroke-color': ink.name2,
          'circle-stroke-width': 1,
        },
      },
      {
        id: 'components-letters',
        type: 'symbol',
        source: 'components',
        'source-layer': 'components',
        minzoom: 16,
        filter: SINGLE,
        layout: {
          'text-field': [
            'match',
            ['slice', ['to-string', ['get', 'class_code']], 0, 2],
            ...letters,
            '·',
          ] as never,
          'text-font': FONT,
          'text-size': 11,
          'text-allow-overlap': true,
          'text-ignore-placement': true,
        },
        paint: { 'text-color': ink.name },
      },
    ],
  }
}

/** One layer a state, and the live state of a device says in which of them it is seen: a symbol of
 *  its own a state, so that colour never speaks alone. `live` is false while nobody knows. */
export function deviceDrawing(ink: MapInk, tiles: string, live: boolean): Drawing {
  const state = ['coalesce', ['feature-state', 's'], 'unknown']
  return {
    sources: {
      devices: { type: 'vector', tiles: [tiles], minzoom: 0, maxzoom: 18, promoteId: 'id' },
    },
    layers: [
      ...clusters('devices', ink, {
        rim: ink.accent,
        base: 7,
        step: 2.6,
        letters: 11,
        countsFrom: 0,
      }),
      ...DEVICE_STATES.map((shown) => ({
        id: `devices-${shown}`,
        type: 'symbol' as const,
        source: 'devices',
        'source-layer': 'devices',
        filter: SINGLE,
        layout: {
          'icon-image': [
            'match',
            ['get', 'kind'],
            ...DEVICE_KINDS.flatMap((kind) => [kind, symbolName(kind, shown, ink.theme)]),
            symbolName('sensor', shown, ink.theme),
          ] as never,
          'icon-size': ['interpolate', ['linear'], ['zoom'], 11, 0.7, 16, 1] as never,
          'icon-allow-overlap': true,
          'icon-ignore-placement': true,
        },
        paint: {
          'icon-opacity': (live
            ? ['case', ['==', state, shown], 1, 0]
            : shown === 'unknown'
              ? 1
              : 0) as never,
        },
      })),
    ],
  }
}

/** Layers in which what stands alone, and what stands for many, is found under the pointer. */
export const DEVICE_LAYERS: readonly string[] = DEVICE_STATES.map((state) => `devices-${state}`)
export const COMPONENT_LAYERS: readonly string[] = ['components-singles']
export const CLUSTER_LAYERS: readonly string[] = ['devices-clusters', 'components-clusters']
