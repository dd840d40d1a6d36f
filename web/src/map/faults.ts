/** What tiles have not come, and why: a hole in a map is told, never left to look like empty land. */
import { computed, shallowRef } from 'vue'

import { asProblem, type Problem } from '@/data/problem'
import type { TileAddress, TileSet } from '@/data/tiles'

interface Fault {
  tile: TileAddress
  problem: Problem
}

/** By tile: that one tile of a set comes does not mend the hole of another. */
const faults = shallowRef<ReadonlyMap<string, Fault>>(new Map())

/** The newest fault, with the sets that lack tiles. */
export const tileFault = computed(() => {
  const all = [...faults.value.values()]
  const problem = all.at(-1)?.problem
  return problem ? { sets: [...new Set(all.map(({ tile }) => tile.set))], problem } : null
})

function nameOf({ set, z, x, y }: TileAddress): string {
  return `${set}/${String(z)}/${String(x)}/${String(y)}`
}

export function noteTile(tile: TileAddress): void {
  const name = nameOf(tile)
  if (!faults.value.has(name)) return
  faults.value = new Map([...faults.value].filter(([faulty]) => faulty !== name))
}

export function noteTileFault(tile: TileAddress, caught: unknown): void {
  const name = nameOf(tile)
  const others = [...faults.value].filter(([faulty]) => faulty !== name)
  faults.value = new Map([...others, [name, { tile, problem: asProblem(caught) }]])
}

/** Forgets them all and gives the tiles that have not come, by set. */
export function takeFaults(): Map<TileSet, TileAddress[]> {
  const missing = new Map<TileSet, TileAddress[]>()
  for (const { tile } of faults.value.values()) {
    missing.set(tile.set, [...(missing.get(tile.set) ?? []), tile])
  }
  faults.value = new Map()
  return missing
}
