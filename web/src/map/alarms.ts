/** What map and rail know of alarms alike: how grave, and whether a hand is waited for. */
import type { Alarm, Severity } from '@/live'

/** The gravest first. */
export const SEVERITIES: readonly Severity[] = ['red', 'orange', 'yellow', 'blue']

export function rankOf(severity: Severity): number {
  return SEVERITIES.indexOf(severity)
}

/** Nobody has taken it in hand yet, whether or not its trouble lasts. */
export function isWaiting({ state, acknowledged_at }: Alarm): boolean {
  return acknowledged_at === null && (state === 'raised' || state === 'cleared')
}
