/** The order of the alarm rail, pure: the gravest first, then the newest; a storm is one row. */
import { SEVERITIES, type Severity } from '@/data/alarms'
import type { Alarm } from '@/live'
import { isWaiting, rankOf } from '@/map/alarms'

export interface RailRow {
  /** The gravest and newest of its group that still waits for a hand, or of all of them. */
  alarm: Alarm
  /** Open alarms behind this row. */
  count: number
}

export interface Rail {
  rows: readonly RailRow[]
  /** Rows that found no room; the alarms desk has them. */
  left: number
}

export type RailFilter = Severity | 'waiting' | ''

/** More is not read on a wall, and a browser need not draw it. */
export const MOST_ROWS = 100

export function readFilter(text: string): RailFilter {
  if (text === 'waiting') return text
  return SEVERITIES.find((severity) => severity === text) ?? ''
}

function fits(alarm: Alarm, filter: RailFilter): boolean {
  if (alarm.state === 'closed' || alarm.state === 'shelved') return false
  if (filter === '') return true
  return filter === 'waiting' ? isWaiting(alarm) : alarm.severity === filter
}

/** The gravest, then who waits for a hand, then the newest: negative when `a` comes first. */
export function compare(a: Alarm, b: Alarm): number {
  return (
    rankOf(a.severity) - rankOf(b.severity) ||
    Number(isWaiting(b)) - Number(isWaiting(a)) ||
    Date.parse(b.raised_at) - Date.parse(a.raised_at) ||
    b.id - a.id
  )
}

export function railOf(alarms: readonly Alarm[], filter: RailFilter): Rail {
  const rows = new Map<string, RailRow>()
  for (const alarm of alarms.filter((one) => fits(one, filter)).sort(compare)) {
    const key = alarm.group && alarm.group.count > 1 ? `g${alarm.group.id}` : `a${alarm.id}`
    const row = rows.get(key)
    rows.set(key, row ? { ...row, count: row.count + 1 } : { alarm, count: 1 })
  }
  const all = [...rows.values()]
  return { rows: all.slice(0, MOST_ROWS), left: Math.max(0, all.length - MOST_ROWS) }
}

/** Rows to go from one to the next, whatever has come and gone: null when there is none. */
export function neighbour(rows: readonly RailRow[], id: number | null, step: number): Alarm | null {
  if (rows.length === 0) return null
  const at = rows.findIndex(({ alarm }) => alarm.id === id)
  const wanted = at === -1 ? (step > 0 ? 0 : rows.length - 1) : at + step
  return rows[Math.min(rows.length - 1, Math.max(0, wanted))]?.alarm ?? null
}
