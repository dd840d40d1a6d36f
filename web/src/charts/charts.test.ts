import { describe, expect, it } from 'vitest'

import type { Throughput } from '@/data/system'

import { cityTime, sayCityTime } from './axes'
import { toCsv } from './csv'
import { withHoles } from './holes'
import type { Ink } from './ink'
import { seriesOption, type SeriesDrawing } from './series'
import { rateLines, throughputOption } from './throughput'

const INK: Ink = {
  text: 't',
  quiet: 'q',
  line: 'l',
  grid: 'g',
  surface: 's',
  series: ['1', '2', '3'],
  band: 'b',
  limit: 'w',
  font: 'f',
}

describe('a line', () => {
  const points = [0, 60, 120, 300, 360].map((x): [number, number | null] => [x, 1])
  const torn = (step: number | null) =>
    withHoles(
      points,
      ([x]) => x,
      step,
      (x): [number, number | null] => [x, null],
    )

  it('is lifted where buckets are missing', () => {
    expect(torn(90)).toEqual([
      [0, 1],
      [60, 1],
      [120, 1],
      [121, null],
      [300, 1],
      [360, 1],
    ])
  })

  it('is left alone when nobody knows how often the device reports', () => {
    expect(torn(null)).toEqual(points)
  })
})

describe('throughput', () => {
  const data: Throughput = {
    bucket_seconds: 10,
    items: [
      { time: '2026-11-22T11:00:00Z', stored: 100, duplicates: 0, dead_letters: 5 },
      { time: '2026-11-22T11:00:30Z', stored: 50, duplicates: 10, dead_letters: 0 },
    ],
  }

  it('is per second, torn at missing buckets, zero where zero was counted', () => {
    const lines = rateLines(data)
    expect(lines.stored.map(([, value]) => value)).toEqual([10, null, 5])
    expect(lines.duplicates.map(([, value]) => value)).toEqual([0, null, 1])
  })
})

describe('lines that share a pane', () => {
  it('differ by dash, not by colour alone', () => {
    const names = { stored: 's', duplicates: 'd', deadLetters: 'l', unit: 'u' }
    const none: Throughput = { bucket_seconds: 10, items: [] }
    const { series } = throughputOption(none, names, INK, { from: 0, to: 1 })
    const dashes = (series as { yAxisIndex: number; lineStyle: { type: string } }[])
      .filter(({ yAxisIndex }) => yAxisIndex === 1)
      .map(({ lineStyle }) => lineStyle.type)
    expect(new Set(dashes).size).toBe(2)
  })
})

describe('the axis', () => {
  it('speaks city time whatever the zone of the machine', () => {
    const x = cityTime('2026-11-22T11:05:03Z')
    expect(new Date(x).toISOString()).toBe('2026-11-22T19:05:03.000Z')
    expect(sayCityTime(x)).toBe('2026-11-22 19:05:03')
  })
})

describe('a series', () => {
  const drawing: SeriesDrawing = {
    samples: [
      { at: 0, value: -2, min: -3, max: -1, count: 4 },
      { at: 60_000, value: 2, min: 1, max: 4, count: 4 },
    ],
    tornAfterMs: 90_000,
    range: { min: -5, max: 5, step: 2, outside: [] },
    limits: [{ value: 4, name: 'High', low: false }],
    span: { start: 0, end: 60_000 },
    unit: '°C',
    names: { value: 'Mean', band: 'Min – max' },
  }
  type Drawn = {
    name?: string
    data: [number, number | null][]
    markLine?: { data: { yAxis: number }[] }
  }
  const seriesOf = (of: SeriesDrawing) => seriesOption(of, INK).series as Drawn[]

  it('paints the band between least and greatest, below zero too', () => {
    const [floor, height] = seriesOf(drawing)
    expect(floor?.data.map(([, y]) => y)).toEqual([-3, 1])
    expect(height?.data.map(([, y]) => y)).toEqual([2, 3])
  })

  it('draws limits as lines', () => {
    expect(
      seriesOf(drawing)
        .at(-1)
        ?.markLine?.data.map(({ yAxis }) => yAxis),
    ).toEqual([4])
  })

  it('labels every tick with its own digits', () => {
    const { axisLabel } = seriesOption(drawing, INK).yAxis as {
      axisLabel: { formatter: (value: number, index: number) => string }
    }
    expect([9.3, 9.4].map((tick, index) => axisLabel.formatter(tick, index))).toEqual([
      '9.3',
      '9.4',
    ])
  })

  it('has no band when the values are raw', () => {
    const raw = drawing.samples.map((sample) => ({ ...sample, min: null, max: null }))
    expect(seriesOf({ ...drawing, samples: raw })).toHaveLength(1)
  })
})

describe('a file', () => {
  it('quotes, leaves unknown cells empty, and disarms formulas', () => {
    expect(
      toCsv(
        ['time', 'value, °C'],
        [
          ['a "b"', null],
          ['=1+1', -4.5],
        ],
      ),
    ).toBe('time,"value, °C"\r\n"a ""b""",\r\n\'=1+1,-4.5\r\n')
  })
})
