/** Moments and spans as people of the city read them: always Asia/Shanghai, never the machine's zone. */

export const UNKNOWN = '—'

const ZONE = 'Asia/Shanghai'

// Swedish writes ISO dates; seconds and 24 hours are named so that no locale data can change them.
const FULL = new Intl.DateTimeFormat('sv-SE', {
  timeZone: ZONE,
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})

export type Moment = string | number | Date | null | undefined

function toDate(moment: Moment): Date | null {
  if (moment === null || moment === undefined || moment === '') return null
  const date = new Date(moment)
  return Number.isNaN(date.getTime()) ? null : date
}

/** `2026-11-22 19:05:03` in Asia/Shanghai, or the dash of the unknown. */
export function formatTime(moment: Moment): string {
  const date = toDate(moment)
  return date ? FULL.format(date).replace(',', '') : UNKNOWN
}

/** `19:05:03` of the same day in Asia/Shanghai. */
export function formatClock(moment: Moment): string {
  const full = formatTime(moment)
  return full === UNKNOWN ? full : full.slice(11)
}

/** Seconds from `moment` to `now` (ms since epoch), never negative; null when unknown. */
export function ageSeconds(moment: Moment, now: number): number | null {
  const date = toDate(moment)
  return date ? Math.max(0, Math.round((now - date.getTime()) / 1000)) : null
}

export interface Span {
  key: 'seconds' | 'minutes' | 'hours' | 'days'
  n: number
}

const DAYS = [Infinity, 'days', 86400] as const
const STEPS: readonly (readonly [number, Span['key'], number])[] = [
  [90, 'seconds', 1],
  [90 * 60, 'minutes', 60],
  [48 * 3600, 'hours', 3600],
  DAYS,
]

/** The largest unit that still says something, e.g. 75 s stays seconds, 200 s becomes 3 minutes. */
export function roughSpan(seconds: number): Span {
  const [, key, divisor] = STEPS.find(([limit]) => seconds < limit) ?? DAYS
  return { key, n: Math.round(seconds / divisor) }
}

/** Wall-clock value of a date-time field (read as Asia/Shanghai) as RFC 3339 UTC. */
export function shanghaiToUtc(wall: string): string {
  return new Date(`${wall.replace(' ', 'T')}+08:00`).toISOString()
}
