/** Vehicles by lane over time, a line for each; lanes are told apart by dash too. */
import { formatNumber } from '@/format/number'

import { cityTime, frame, timeAxis, valueAxis } from './axes'
import type { ChartOption } from './engine'
import { withHoles } from './holes'
import type { Ink } from './ink'

export interface LanePoint {
  time: string
  lane: number
  count: number
}

type Point = [x: number, count: number | null]

const LEGEND_ROW = 20 // px
const LEGEND_NAMES = 3
const DASHES = ['solid', 'dashed', 'dotted'] as const

/** The points of each lane by its number; a bucket in which nobody passed is a hole. */
export function laneLines(points: readonly LanePoint[], stepMs: number): Map<number, Point[]> {
  const lines = new Map<number, Point[]>()
  for (const { time, lane, count } of points) {
    lines.set(lane, [...(lines.get(lane) ?? []), [cityTime(time), count]])
  }
  for (const [lane, line] of lines) {
    lines.set(
      lane,
      withHoles<Point>(
        line,
        ([x]) => x,
        stepMs * 1.5,
        (x) => [x, null],
      ),
    )
  }
  return new Map([...lines].sort(([one], [other]) => one - other))
}

export function lanesOption(
  lines: Map<number, Point[]>,
  span: { from: string; to: string },
  names: { lane: (n: number) => string; unit: string },
  ink: Ink,
): ChartOption {
  const base = frame(ink)
  return {
    ...base,
    // Below the legend, three names in a row of a narrow pane, and the unit of the axis.
    grid: { ...base.grid, top: 40 + LEGEND_ROW * Math.ceil(lines.size / LEGEND_NAMES) },
    legend: { top: 0, right: 8, itemWidth: 22, itemHeight: 8, textStyle: { color: ink.quiet } },
    tooltip: {
      ...base.tooltip,
      valueFormatter: (value) => formatNumber(typeof value === 'number' ? value : null),
    },
    xAxis: timeAxis(ink, cityTime(span.from), cityTime(span.to)),
    yAxis: { ...valueAxis(ink, names.unit), min: 0, minInterval: 1 },
    series: [...lines].map(([lane, data], at) => {
      const color = ink.series[at % ink.series.length]
      const type = DASHES[Math.floor(at / ink.series.length) % DASHES.length]
      return {
        type: 'line' as const,
        name: names.lane(lane),
        data,
        showSymbol: data.length < 3,
        lineStyle: { color, width: 1.6, type },
        itemStyle: { color },
      }
    }),
  } as ChartOption
}
