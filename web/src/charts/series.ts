/** One quantity over time: the mean as a line, least and greatest as a band, limits as lines. */
import { formatReading } from '@/format/number'

import { cityTime, frame, sayCityTime, timeAxis, valueAxis } from './axes'
import type { ChartOption } from './engine'
import { withHoles } from './holes'
import type { Ink } from './ink'
import type { Sample, ValueRange } from './samples'

export interface SeriesDrawing {
  samples: readonly Sample[]
  /** Points further apart than this have a hole between them. */
  tornAfterMs: number | null
  range: ValueRange | null
  limits: readonly { value: number; name: string; low: boolean }[]
  span: { start: number; end: number }
  unit: string
  names: { value: string; band: string }
}

const HOLE = { value: null, min: null, max: null, count: null }

export function seriesOption(drawing: SeriesDrawing, ink: Ink): ChartOption {
  const { range, span, unit } = drawing
  const samples = withHoles<Sample>(
    drawing.samples,
    ({ at }) => at,
    drawing.tornAfterMs,
    (at) => ({ at, ...HOLE }),
  )
  const banded = samples.some(({ min }) => min !== null)
  const base = frame(ink)
  return {
    ...base,
    tooltip: {
      ...base.tooltip,
      formatter: (points: unknown) => sayPoint(points, samples, drawing),
    },
    legend: {
      show: banded,
      data: [drawing.names.value, drawing.names.band],
      top: 0,
      right: 8,
      itemWidth: 14,
      itemHeight: 8,
      textStyle: { color: ink.quiet },
    },
    xAxis: timeAxis(ink, cityTime(span.start), cityTime(span.end)),
    yAxis: {
      ...valueAxis(
        ink,
        unit,
        range ? { min: range.min, max: range.max, interval: range.step } : {},
      ),
      axisLabel: { color: ink.quiet, formatter: (value: number) => formatReading(value) },
    },
    series: [...(banded ? band(samples, drawing, ink) : []), line(samples, drawing, ink)],
  } as ChartOption
}

function line(samples: readonly Sample[], drawing: SeriesDrawing, ink: Ink) {
  return {
    type: 'line' as const,
    name: drawing.names.value,
    data: samples.map(({ at, value }) => [cityTime(at), value]),
    // A lone value between two holes has no line to be seen by.
    showSymbol: true,
    symbolSize: (_: unknown, { dataIndex }: { dataIndex: number }) =>
      isLone(samples, dataIndex) ? 5 : 0,
    lineStyle: { color: ink.series[0], width: 1.6 },
    itemStyle: { color: ink.series[0] },
    markLine: {
      silent: true,
      symbol: 'none',
      lineStyle: { color: ink.limit, type: 'dashed' as const, width: 1.2 },
      label: { color: ink.limit, formatter: '{b}' },
      // Words of the low limit begin the line, of the high one end it: they never meet.
      data: drawing.limits.map(({ value, name, low }) => ({
        yAxis: value,
        name,
        label: { position: low ? ('insideStartTop' as const) : ('insideEndTop' as const) },
      })),
    },
  }
}

function isLone(samples: readonly Sample[], index: number): boolean {
  const known = (at: number) => samples[at] !== undefined && samples[at].value !== null
  return known(index) && !known(index - 1) && !known(index + 1)
}

/** Two stacked lines, of which only the area between them is painted. */
function band(samples: readonly Sample[], drawing: SeriesDrawing, ink: Ink) {
  const silent = {
    type: 'line' as const,
    stack: 'band',
    stackStrategy: 'all' as const,
    symbol: 'none',
    silent: true,
    lineStyle: { opacity: 0 },
  }
  return [
    { ...silent, data: samples.map(({ at, min }) => [cityTime(at), min]) },
    {
      ...silent,
      data: samples.map(({ at, min, max }) => [
        cityTime(at),
        min === null || max === null ? null : max - min,
      ]),
      name: drawing.names.band,
      areaStyle: { color: ink.band },
      itemStyle: { color: ink.band },
    },
  ]
}

function sayPoint(points: unknown, samples: readonly Sample[], drawing: SeriesDrawing): string {
  const [first] = points as { dataIndex: number }[]
  const sample = first && samples[first.dataIndex]
  if (!sample) return ''
  const { names, unit } = drawing
  const lines = [
    sayCityTime(cityTime(sample.at)),
    `${names.value} ${formatReading(sample.value)} ${unit}`,
  ]
  if (sample.min !== null) {
    lines.push(`${names.band} ${formatReading(sample.min)} – ${formatReading(sample.max)} ${unit}`)
  }
  return lines.join('<br>')
}
