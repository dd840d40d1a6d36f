/** Devices counted by kind and state, with sums: a kind or state we do not know yet still shows. */
import { DEVICE_KINDS, DEVICE_STATES } from '@/data/devices'
import type { DeviceCount } from '@/data/system'

export interface MatrixRow {
  kind: string
  cells: readonly { state: string; count: number }[]
  total: number
}

export interface Matrix {
  states: readonly string[]
  rows: readonly MatrixRow[]
  totals: readonly { state: string; count: number }[]
  total: number
}

function known(order: readonly string[], seen: readonly string[]): string[] {
  return [...new Set([...order, ...seen])]
}

function sum(counts: readonly { count: number }[]): number {
  return counts.reduce((all, { count }) => all + count, 0)
}

export function deviceMatrix(counts: readonly DeviceCount[]): Matrix {
  const states = known(
    DEVICE_STATES,
    counts.map(({ state }) => state),
  )
  const kinds = known(
    DEVICE_KINDS,
    counts.map(({ kind }) => kind),
  )
  const rows = kinds.map((kind) => {
    const own = counts.filter((count) => count.kind === kind)
    const cells = states.map((state) => ({
      state,
      count: sum(own.filter((c) => c.state === state)),
    }))
    return { kind, cells, total: sum(cells) }
  })
  const totals = states.map((state) => ({
    state,
    count: sum(counts.filter((count) => count.state === state)),
  }))
  return { states, rows, totals, total: sum(totals) }
}
