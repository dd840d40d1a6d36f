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
  /** Between two ticks. */
  step: number
  /** Limits that lie outside the range and are told in words instead. */
  outside: number[]
}

const STEPS = [1, 2, 5, 10] as const

/** The range widened to round ticks, so that the first and the last label can be read. */
export function roundRange(low: number, high: number): Omit<ValueRange, 'outside'> {
  const rough = (high - low || Math.abs(high) || 1) / 5
  const decade = 10 ** Math.floor(Math.log10(rough))
  const step = (STEPS.find((candidate) => candidate * decade >= rough) ?? 10) * decade
  // Without the rounding 0.1 + 0.2 would be a label.
  const tidy = (value: number) => Number((Math.round(value) * step).toPrecision(12))
  const min = Math.floor(low / step)
  const max = Math.ceil(high / step)
  return { min: tidy(min), max: tidy(min === max ? max + 1 : max), step: tidy(1) }
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
  return {
    ...roundRange(Math.min(low, ...inside), Math.max(high, ...inside)),
    outside: known.filter((limit) => !near(limit)),
  }
}
