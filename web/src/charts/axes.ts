/** Axes that all charts share: city time along, units up. */
import { formatTime } from '@/format/time'

import type { Ink } from './ink'

const EIGHT_HOURS = 8 * 3_600_000

/** ECharts knows only UTC and the machine's zone: give it city wall time and call it UTC. */
export function cityTime(moment: string | number): number {
  return new Date(moment).getTime() + EIGHT_HOURS
}

/** The moment behind an x value, as people read it. */
export function sayCityTime(x: number): string {
  return formatTime(x - EIGHT_HOURS)
}

export function timeAxis(ink: Ink, min?: number, max?: number) {
  return {
    type: 'time' as const,
    min,
    max,
    axisLine: { onZero: false, lineStyle: { color: ink.line } },
    axisTick: { show: false },
    axisLabel: {
      color: ink.quiet,
      hideOverlap: true,
      formatter: {
        year: '{yyyy}',
        month: '{yyyy}-{MM}',
        day: '{MM}-{dd}',
        hour: '{HH}:{mm}',
        minute: '{HH}:{mm}',
        second: '{HH}:{mm}:{ss}',
      },
    },
    splitLine: { show: false },
  }
}

export function valueAxis(
  ink: Ink,
  name: string,
  range: { min?: number; max?: number; interval?: number } = {},
) {
  return {
    type: 'value' as const,
    name,
    ...range,
    scale: true,
    // The name begins at the axis: however long the unit, it is not cut.
    nameTextStyle: { color: ink.quiet, align: 'left' as const },
    axisLabel: { color: ink.quiet },
    splitLine: { lineStyle: { color: ink.grid } },
  }
}

export function frame(ink: Ink) {
  return {
    useUTC: true,
    animation: false,
    textStyle: { fontFamily: ink.font },
    grid: { left: 12, right: 20, top: 36, bottom: 8, containLabel: true },
    tooltip: {
      trigger: 'axis' as const,
      backgroundColor: ink.surface,
      borderColor: ink.line,
      textStyle: { color: ink.text, fontSize: 13 },
      axisPointer: { lineStyle: { color: ink.line } },
    },
  }
}
