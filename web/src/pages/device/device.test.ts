import { beforeEach, describe, expect, it } from 'vitest'

import { roundRange, toSamples, valueRange, type Sample } from '@/charts/samples'
import type { Quantity } from '@/data/devices'
import type { Message } from '@/data/messages'
import { language } from '@/i18n'

import { keyOf, sayContent, sayNumber, sayRefusal, underWay } from './message'
import { sayPlace } from './place'
import { chooseBucket, holeSeconds, offeredBuckets, spanOf, stepMs, wallToUtc } from './window'

const HOUR = 3600
const DAY = 24 * HOUR

beforeEach(() => {
  language.value = 'zh'
})

describe('a window', () => {
  const now = Date.parse('2026-11-22T11:05:03.400Z')

  it.each([
    ['', ''],
    ['2026-11-22T00:00:00Z', ''],
    ['2026-11-22T10:00:00Z', '2026-11-22T09:00:00Z'],
    ['nonsense', '2026-11-22T09:00:00Z'],
  ])('of one’s own from %j to %j is not finished', (start, end) => {
    expect(spanOf('custom', now, { start, end })).toBeNull()
  })

  it('ends now', () => {
    const custom = { start: '', end: '' }
    expect(spanOf('24h', now, custom)).toEqual({ start: now - DAY * 1000, end: now })
  })

  it.each([
    ['raw', 10_000],
    ['1m', 30_000],
    ['15m', 60_000],
    ['1d', 60_000],
  ] as const)('in buckets of %s is asked for every %d ms', (bucket, ms) => {
    expect(stepMs(bucket)).toBe(ms)
  })

  it('reads its ends as city time', () => {
    expect(wallToUtc('2026-11-22 08:00:00')).toBe('2026-11-22T00:00:00.000Z')
    expect(wallToUtc(null)).toBe('')
  })
})

describe('buckets', () => {
  it.each([
    ['raw values of a minute sensor for a day', DAY, 60, 'raw', true],
    ['raw values of a 1 Hz vehicle for a day', DAY, 1, 'raw', false],
    ['minutes for a month', 30 * DAY, 60, '1m', false],
    ['days for an hour', HOUR, 60, '1d', false],
    ['minutes of a gauge that reports every ten', DAY, 600, '1m', false],
  ] as const)('%s', (_, span, interval, bucket, offered) => {
    expect(offeredBuckets(span, interval).includes(bucket)).toBe(offered)
  })

  it.each([
    [HOUR, '1m'],
    [DAY, '5m'],
    [7 * DAY, '15m'],
    [30 * DAY, '1h'],
  ] as const)('for %d s default to %s', (span, bucket) => {
    expect(chooseBucket('', offeredBuckets(span, 60), span)).toBe(bucket)
  })

  it('asked for by address are taken only where offered', () => {
    const offered = offeredBuckets(30 * DAY, 60)
    expect(chooseBucket('1d', offered, 30 * DAY)).toBe('1d')
    expect(chooseBucket('raw', offered, 30 * DAY)).toBe('1h')
    expect(chooseBucket('junk', offered, 30 * DAY)).toBe('1h')
  })
})

describe('a hole', () => {
  it.each([
    ['raw', null, null],
    ['raw', 60, 180],
    ['1m', null, 90],
    ['1m', 60, 90],
    ['15m', 60, 1350],
    ['5m', 600, 900],
  ] as const)(
    'in %s of a device with interval %s opens after %s s',
    (bucket, interval, seconds) => {
      expect(holeSeconds(bucket, interval)).toBe(seconds)
    },
  )
})

describe('samples', () => {
  it('have one form, raw or rolled', () => {
    const time = '2026-11-22T00:00:00Z'
    expect(toSamples([{ time, value: 3 }])[0]).toMatchObject({ value: 3, min: null, count: null })
    expect(toSamples([{ time, count: 2, mean: 3, min: 1, max: 5 }])[0]).toMatchObject({
      value: 3,
      min: 1,
      max: 5,
      count: 2,
    })
  })
})

describe('the range of the axis', () => {
  const samples = [20, 25].map((value): Sample => ({
    at: 0,
    value,
    min: null,
    max: null,
    count: null,
  }))

  it('is none without data', () => {
    expect(valueRange([], { low: 0, high: 1 }, true)).toBeNull()
  })

  it('takes in a limit that is near and tells of one that is far', () => {
    expect(valueRange(samples, { low: -40, high: 28 }, false)).toMatchObject({
      max: 28,
      outside: [-40],
    })
  })

  it('takes in every limit when asked to', () => {
    expect(valueRange(samples, { low: -40, high: 60 }, true)).toEqual({
      min: -40,
      max: 60,
      step: 20,
      outside: [],
    })
  })

  it.each([
    [19.3, 27.4, 18, 28],
    [0, 0, 0, 0.2],
    [5, 5, 5, 6],
    [-3.2, -1.1, -3.5, -1],
    [0.1, 0.3, 0.1, 0.3],
  ])('of %d to %d has round ends %d and %d', (low, high, min, max) => {
    expect(roundRange(low, high)).toMatchObject({ min, max })
  })
})

describe('a place', () => {
  it('that nobody knows is unknown', () => expect(sayPlace(null)).toBe('—'))
  it('names both halves of the globe', () => {
    const text = sayPlace({ coordinates: [112.607123, -26.893456] }).replaceAll('\u00a0', ' ')
    expect(text).toBe('112.60712° E, 26.89346° S')
  })
})

describe('a message', () => {
  const said = (content: object) =>
    ({
      stream: 'readings',
      time: '2026-11-26T06:00:00Z',
      received_at: '2026-11-26T06:00:03Z',
      boot: 7,
      seq: 1024,
      values: [],
      ...content,
    }) as unknown as Message
  const level = { key: 'level', name_zh: '水位', name_en: 'Level', decimals: 2 } as Quantity

  it('tells all its values in one row, unknown quantities by their key', () => {
    const values = [
      { quantity: 'level', unit: 'm', value: 2.6 },
      { quantity: 'new', unit: 'm', value: 1 },
    ]
    expect(sayContent(said({ values }), [level])).toEqual(['水位 2.6 m', 'new 1 m'])
  })

  it('of a vehicle leaves out what was not seen', () => {
    const vehicle = {
      code: null,
      plate: '',
      plate_colour: 'unknown',
      vehicle_class: 'tractor',
      lane: 2,
      speed_mps: null,
      limit_mps: null,
      evidence: [],
    }
    expect(sayContent(said({ vehicle }), [])).toEqual([
      '未识别车牌',
      '颜色不明',
      'tractor',
      '2 号车道',
    ])
  })

  it('tells its number, how long it was under way, and why it was refused', () => {
    expect(sayNumber(said({}))).toBe('7 / 1,024')
    expect(sayNumber(said({ seq: null }))).toBe('—')
    expect(underWay(said({}))).toBe(3)
    expect(underWay(said({ time: null }))).toBeNull()
    const refusal = { letter: 3, reason: 'implausible', whole: false } as never
    expect(sayRefusal(refusal)).toBe('一项读数未入库：超出合理范围')
    expect(keyOf(said({ refusal }))).not.toBe(keyOf(said({})))
  })
})
