/** Windows and buckets of a chart: which are offered, which is chosen, and the request they make. */
import type { TimeSpan } from '@/data/devices'
import { shanghaiToUtc } from '@/format/time'

export const WINDOWS = ['1h', '6h', '24h', '7d', '30d', 'custom'] as const
export const BUCKETS = ['raw', '1m', '5m', '15m', '1h', '1d'] as const

export type WindowName = (typeof WINDOWS)[number]
export type Bucket = (typeof BUCKETS)[number]

const HOUR = 3600
const DAY = 24 * HOUR

const WINDOW_SECONDS: Readonly<Record<Exclude<WindowName, 'custom'>, number>> = {
  '1h': HOUR,
  '6h': 6 * HOUR,
  '24h': DAY,
  '7d': 7 * DAY,
  '30d': 30 * DAY,
}

const BUCKET_SECONDS: Readonly<Record<Exclude<Bucket, 'raw'>, number>> = {
  '1m': 60,
  '5m': 300,
  '15m': 900,
  '1h': HOUR,
  '1d': DAY,
}

/** More points than this say nothing more on a screen and cost the server and the browser dear. */
const MOST_POINTS = 3_000
/** What a bucket is chosen for when nobody chose: about one point per two pixels. */
const PLEASANT_POINTS = 750

/** Seconds after which the next value is missing; null when the device need not report. */
export function holeSeconds(bucket: Bucket, intervalSeconds: number | null): number | null {
  // Three missed reports, as the server counts them.
  if (bucket === 'raw') return intervalSeconds === null ? null : 3 * intervalSeconds
  return 1.5 * Math.max(BUCKET_SECONDS[bucket], intervalSeconds ?? 0)
}

/** Buckets that make neither too many points nor, being finer than the reports, none. */
export function offeredBuckets(spanSeconds: number, intervalSeconds: number | null): Bucket[] {
  const interval = intervalSeconds ?? 60
  return BUCKETS.filter((bucket) => {
    const step = bucket === 'raw' ? interval : BUCKET_SECONDS[bucket]
    const useful = bucket === 'raw' || (step >= interval && step < spanSeconds)
    return useful && spanSeconds / step <= MOST_POINTS
  })
}

/** The bucket asked for where it is offered, else the finest that reads pleasantly. */
export function chooseBucket(
  asked: string,
  offered: readonly Bucket[],
  spanSeconds: number,
): Bucket {
  const wished = offered.find((bucket) => bucket === asked)
  if (wished) return wished
  const rolled = offered.filter((bucket) => bucket !== 'raw')
  const pleasant = rolled.find((bucket) => spanSeconds / BUCKET_SECONDS[bucket] <= PLEASANT_POINTS)
  return pleasant ?? rolled.at(-1) ?? offered.at(-1) ?? '1d'
}

/** A named window ends now; null while a custom one is unfinished. */
export function spanOf(
  name: WindowName,
  now: number,
  custom: { start: string; end: string },
): TimeSpan | null {
  if (name !== 'custom') return { start: now - WINDOW_SECONDS[name] * 1000, end: now }
  if (!custom.start || !custom.end) return null
  const start = Date.parse(custom.start)
  const end = Date.parse(custom.end)
  return start < end ? { start, end } : null
}

/** ms after which a moving window is asked for again: twice in a bucket, but never in a hurry. */
export function stepMs(bucket: Bucket): number {
  const seconds = bucket === 'raw' ? 0 : BUCKET_SECONDS[bucket] / 2
  return Math.min(60, Math.max(10, seconds)) * 1000
}

/** A date-time field's wall text as the UTC text that the address bar and the server speak. */
export function wallToUtc(wall: string | null): string {
  return wall ? shanghaiToUtc(wall) : ''
}
