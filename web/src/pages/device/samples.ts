/** A series in one form, whether the server sent raw values or buckets. */
import type { SeriesPoint } from '@/data/devices'

export interface Sample {
  /** ms since epoch */
  at: number
  value: number | null
  min: number | null
  max: number | null
  count: number | null
}

export function toSamples(points: readonly SeriesPoint[]): Sample[] {
  return points.map((point) => ({
    at: Date.parse(point.time),
    value: point.value ?? point.mean ?? null,
    min: point.min ?? null,
    max: point.max ?? null,
    count: point.count ?? null,
  }))
}

export interface Limits {
  low: number | null
  high: number | null
}

export interface ValueRange {
  min: number
  max: number
  /** Limits that lie outside the range and are told in words instead. */
  outside: number[]
}

/** Axis range that shows the data; a limit nearer than one data span is taken in. */
export function valueRange(
  samples: readonly Sample[],
  limits: Limits,
  all: boolean,
): ValueRange | null {
  const values = samples
    .flatMap(({ value, min, max }) => [value, min, max])
    .filter((v) => v !== null)
  if (values.length === 0) return null
  const low = values.reduce((a, b) => Math.min(a, b))
  const high = values.reduce((a, b) => Math.max(a, b))
  const span = high - low || Math.abs(high) * 0.1 || 1
  const near = (limit: number) => all || (limit >= low - span && limit <= high + span)
  const known = [limits.low, limits.high].filter((limit) => limit !== null)
  const inside = known.filter(near)
  const pad = span * 0.08
  return {
    min: Math.min(low, ...inside) - pad,
    max: Math.max(high, ...inside) + pad,
    outside: known.filter((limit) => !near(limit)),
  }
}
