/** What map and rail know of alarms alike: how grave, and whether a hand is waited for. */
import { SEVERITIES, type Severity } from '@/data/alarms'
import type { Alarm } from '@/live'

/** 0 for the gravest. */
export function rankOf(severity: Severity): number {
  return SEVERITIES.indexOf(severity)
}

/** Nobody has taken it in hand yet, whether or not its trouble lasts. */
export function isWaiting({ state, acknowledged_at }: Alarm): boolean {
  return acknowledged_at === null && (state === 'raised' || state === 'cleared')
}
