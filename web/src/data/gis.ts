/** The city on the map: what layers there are, where things are found, divisions, components. */
import { useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'

import { api, clockApi } from './client'
import { CALM_MS, every } from './polling'
import type { Answer, Item } from './shapes'
import type { TileSet } from './tiles'
import { unwrap } from './transport'

export type MapLayer = Item<'/api/v1/gis/layers'>
export type Place = Item<'/api/v1/gis/search'>
export type PlaceKind = Place['kind']
export type Division = Answer<'/api/v1/gis/divisions/{code}'>
export type Component = Answer<'/api/v1/gis/components/{code}'>

/** Characters that a search takes. */
export const LONGEST_SEARCH = 60
const MOST_FOUND = 12

/** Asked again: a revision that has changed says that tiles are to be asked for anew. */
export function useMapLayers() {
  return useQuery({
    queryKey: ['gis', 'layers'],
    queryFn: ({ signal }) => unwrap(clockApi.GET('/api/v1/gis/layers', { signal })),
    ...every(6 * CALM_MS),
  })
}

/** Changes whenever a layer of the set does. */
export function revisionOf(layers: readonly MapLayer[] | undefined, set: TileSet): string {
  const drawn = (layers ?? []).filter(({ tiles }) => tiles.includes(`/tiles/${set}/`))
  return drawn.map(({ revision }) => revision).join('.')
}

/** Places that fit the words; asked only while there are any. */
export function usePlaces(words: Ref<string>) {
  return useQuery({
    queryKey: computed(() => ['gis', 'search', words.value]),
    queryFn: ({ signal }) => {
      const query = { q: words.value, limit: MOST_FOUND }
      return unwrap(api.GET('/api/v1/gis/search', { params: { query }, signal }))
    },
    enabled: computed(() => words.value !== ''),
    staleTime: CALM_MS,
    retry: false,
  })
}

export function useDivision(code: Ref<string | null>) {
  return useQuery({
    queryKey: computed(() => ['gis', 'divisions', code.value]),
    queryFn: ({ signal }) => {
      const params = { path: { code: code.value ?? '' } }
      return unwrap(clockApi.GET('/api/v1/gis/divisions/{code}', { params, signal }))
    },
    enabled: computed(() => code.value !== null),
    staleTime: Infinity,
  })
}

export function useComponent(code: Ref<string>) {
  return useQuery({
    queryKey: computed(() => ['gis', 'components', code.value]),
    queryFn: ({ signal }) => {
      const params = { path: { code: code.value } }
      return unwrap(clockApi.GET('/api/v1/gis/components/{code}', { params, signal }))
    },
  })
}
