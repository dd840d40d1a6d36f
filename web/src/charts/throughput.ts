/** Messages per second of the last minutes: stored above, what went wrong below on its own scale. */
import type { Throughput } from '@/data/system'
import { formatNumber } from '@/format/number'

import { cityTime, frame, sayCityTime, timeAxis, valueAxis } from './axes'
import type { ChartOption } from './engine'
import { withHoles } from './holes'
import type { Ink } from './ink'

type Point = [x: number, perSecond: number | null]

export interface ThroughputNames {
  stored: string
  duplicates: string
  deadLetters: string
  unit: string
}

type Outcome = 'stored' | 'duplicates' | 'dead_letters'

/** One line of points per outcome, torn where buckets are missing. */
export function rateLines(data: Throughput): Record<Outcome, Point[]> {
  const step = data.bucket_seconds
  const line = (key: Outcome) =>
    withHoles<Point>(
      data.items.map((item) => [cityTime(item.time), item[key] / step]),
      ([x]) => x,
      step * 1500,
      (x) => [x, null],
    )
  return {
    stored: line('stored'),
    duplicates: line('duplicates'),
    dead_letters: line('dead_letters'),
  }
}

export function throughputOption(
  data: Throughput,
  names: ThroughputNames,
  ink: Ink,
  window: { from: number; to: number },
): ChartOption {
  const lines = rateLines(data)
  const span = [cityTime(window.from), cityTime(window.to)] as const
  const base = frame(ink)
  return {
    ...base,
    grid: [
      // Below the legend: on a phone it is as wide as the chart, and the axis has its unit at the left.
      { left: 58, right: 20, top: 48, height: '38%' },
      { left: 58, right: 20, bottom: 24, height: '20%' },
    ],
    legend: { top: 0, right: 8, itemWidth: 14, itemHeight: 8, textStyle: { color: ink.quiet } },
    axisPointer: { link: [{ xAxisIndex: 'all' }] },
    tooltip: { ...base.tooltip, valueFormatter: (value) => say(value, names.unit) },
    xAxis: [
      { ...timeAxis(ink, ...span), axisLabel: { show: false } },
      {
        ...timeAxis(ink, ...span),
        gridIndex: 1,
        axisPointer: { label: { formatter: ({ value }) => sayCityTime(Number(value)) } },
      },
    ],
    yAxis: [
      { ...valueAxis(ink, names.unit), min: 0, splitNumber: 4 },
      { ...valueAxis(ink, names.unit), gridIndex: 1, min: 0, splitNumber: 2 },
    ],
    series: [
      line(names.stored, lines.stored, ink.series[0], 0, { fill: ink.band }),
      // Told apart by dash too, not by colour alone.
      line(names.duplicates, lines.duplicates, ink.series[1], 1, { dash: 'dashed' }),
      line(names.deadLetters, lines.dead_letters, ink.series[2], 1),
    ],
  } as ChartOption
}

interface Style {
  fill?: string
  dash?: 'dashed'
}

function line(name: string, data: Point[], color: string, pane: number, style: Style = {}) {
  return {
    type: 'line' as const,
    name,
    data,
    xAxisIndex: pane,
    yAxisIndex: pane,
    showSymbol: false,
    lineStyle: { color, width: 1.6, type: style.dash ?? ('solid' as const) },
    itemStyle: { color },
    ...(style.fill ? { areaStyle: { color: style.fill } } : {}),
  }
}

function say(value: unknown, unit: string): string {
  return `${formatNumber(typeof value === 'number' ? value : null, 1)} ${unit}`
}
