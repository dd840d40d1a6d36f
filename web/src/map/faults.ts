/** What tiles have not come, and why: a hole in a map is told, never left to look like empty land. */
import { computed, shallowRef } from 'vue'

import type { TileSet } from '@/data/tiles'
import { asProblem, type Problem } from '@/data/problem'

const faults = shallowRef<ReadonlyMap<TileSet, Problem>>(new Map())

/** The newest fault, with the sets that lack tiles. */
export const tileFault = computed(() => {
  const sets = [...faults.value.keys()]
  const problem = [...faults.value.values()].at(-1)
  return problem ? { sets, problem } : null
})

export function noteTile(set: TileSet): void {
  if (!faults.value.has(set)) return
  faults.value = new Map([...faults.value].filter(([faulty]) => faulty !== set))
}

export function noteTileFault(set: TileSet, caught: unknown): void {
  const others = [...faults.value].filter(([faulty]) => faulty !== set)
  faults.value = new Map([...others, [set, asProblem(caught)]])
}

export function forgetFaults(): void {
  faults.value = new Map()
}
