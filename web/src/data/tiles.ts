/** Vector tiles of the city: bytes by set, zoom, column and row. */
import { clockApi } from './client'
import { unwrap } from './transport'

export type TileSet = 'base' | 'components' | 'devices'

export interface TileAddress {
  set: TileSet
  z: number
  x: number
  y: number
}

const SETS: readonly TileSet[] = ['base', 'components', 'devices']
const ADDRESS = /^city:\/\/(\w+)\/(\d+)\/(\d+)\/(\d+)$/

/** The address a map is given. */
export function tileAddress(set: TileSet): string {
  return `city://${set}/{z}/{x}/{y}`
}

export function readTileAddress(url: string): TileAddress | null {
  const [, name, ...numbers] = ADDRESS.exec(url) ?? []
  const set = SETS.find((known) => known === name)
  const [z, x, y] = numbers.map(Number)
  if (!set || z === undefined || x === undefined || y === undefined) return null
  return { set, z, x, y }
}

/** Nobody asks for a single tile: the hand that moved the map is noted by itself. */
export async function fetchTile(
  { set: tile_set, z, x, y }: TileAddress,
  signal: AbortSignal,
): Promise<ArrayBuffer> {
  const answer = clockApi.GET('/api/v1/gis/tiles/{tile_set}/{z}/{x}/{y}', {
    params: { path: { tile_set, z, x, y } },
    parseAs: 'arrayBuffer',
    signal,
  })
  // A tile without content comes as no body at all.
  return ((await unwrap<unknown>(answer)) as ArrayBuffer | undefined) ?? new ArrayBuffer(0)
}
