/** The matrix of escalation as ladders, one a severity. */
import type { Severity } from '@/data/alarms'
import type { MatrixLevel } from '@/data/silences'

export interface Rung {
  minutes: string
  role: string
}

export type Ladders = Record<Severity, Rung[]>

export const MOST_RUNGS = 9
const MOST_MINUTES = 10_080

export function laddersOf(levels: readonly MatrixLevel[]): Ladders {
  const ladders: Ladders = { red: [], orange: [], yellow: [], blue: [] }
  for (const { severity, after_minutes, to_role } of [...levels].sort(
    (a, b) => a.level - b.level,
  )) {
    ladders[severity].push({ minutes: String(after_minutes), role: to_role })
  }
  return ladders
}

/** Levels count from 1 in the order of the rungs. */
export function levelsOf(ladders: Ladders): MatrixLevel[] {
  return Object.entries(ladders).flatMap(([severity, rungs]) =>
    rungs.map(({ minutes, role }, at) => ({
      severity: severity as Severity,
      level: at + 1,
      after_minutes: Number(minutes),
      to_role: role,
    })),
  )
}

/** Whether a rung can stand: whole minutes, later than the one before, to somebody. */
export function stands(rungs: readonly Rung[], at: number): boolean {
  const [rung, before] = [rungs[at], rungs[at - 1]]
  const minutes = Number(rung?.minutes || Number.NaN)
  const fits = Number.isInteger(minutes) && minutes >= 1 && minutes <= MOST_MINUTES
  return fits && rung?.role !== '' && (!before || minutes > Number(before.minutes))
}

export function allStand(ladders: Ladders): boolean {
  return Object.values(ladders).every((rungs) => rungs.every((_, at) => stands(rungs, at)))
}
