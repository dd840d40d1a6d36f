/** What the desk asks for, as the address bar has it, and as the server takes it. */
import type { AlarmQuery } from '@/data/alarms'
import { split } from '@/parts/address'

/** States to choose from; none chosen is what a desk is there for: neither closed nor shelved. */
export const SHOWN_STATES = [
  'raised',
  'acknowledged',
  'cleared',
  'shelved',
  'closed',
  'all',
] as const

export const PERIODS = ['1h', '24h', '7d', '30d'] as const

const AT_HAND = ['raised', 'acknowledged', 'cleared'] as const

const PERIOD_HOURS: Readonly<Record<string, number>> = { '1h': 1, '24h': 24, '7d': 168, '30d': 720 }

/** The fields of the list as they stand in the address. */
export interface Shown {
  state?: string
  /** One or several, with commas between. */
  severity?: string
  source?: string
  division?: string
  q?: string
  period?: string
  group?: string
  device?: string
  rule?: string
  after?: string
}

/** `now` in ms since epoch: a period ends where it is asked. */
export function queryOf(shown: Shown, now: number): AlarmQuery {
  const { state, severity, period, group, rule, ...rest } = shown
  const hours = period ? PERIOD_HOURS[period] : undefined
  return {
    ...rest,
    ...(state === 'all' ? {} : { state: state ? [state] : AT_HAND }),
    ...(severity ? { severity: split(severity) } : {}),
    ...numbered('group', group),
    ...numbered('rule', rule),
    ...(hours === undefined ? {} : { from: new Date(now - hours * 3_600_000).toISOString() }),
  } as AlarmQuery
}

/** What somebody typed into the address that is no number is no filter. */
function numbered(key: string, text: string | undefined): Record<string, number> {
  return text && /^\d{1,15}$/.test(text) ? { [key]: Number(text) } : {}
}
