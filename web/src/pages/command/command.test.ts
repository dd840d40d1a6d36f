import { beforeEach, describe, expect, it } from 'vitest'

import { language } from '@/i18n'
import type { AlarmState, Severity } from '@/data/alarms'
import type { Alarm } from '@/live'
import { isWaiting } from '@/map/alarms'

import { sayRaised } from './announcement'
import { homeAmong } from '@/map/home'
import { layerRows } from './layers'
import { MOST_ROWS, neighbour, railOf, readFilter } from './rail'
import { searchWords, step, viewOfPlace, viewOfPoint } from './search'
import { BEATS } from './sound'
import { LAYERS, readHidden, writeHidden } from './state'

let last = 0

function alarm(
  severity: Severity,
  minute: number,
  state: AlarmState = 'raised',
  group: { id: number; count: number } | null = null,
): Alarm {
  last += 1
  const at = `2026-11-22T11:${String(minute).padStart(2, '0')}:00Z`
  return {
    id: last,
    version: 1,
    state,
    severity,
    escalation_level: 0,
    source: 'rule',
    kind: 'limit',
    title_zh: `水位越限 ${last}`,
    title_en: `Water level beyond its limit ${last}`,
    device_id: 'WL-0001',
    device_name: '蒸水河水位站',
    division_code: '430408',
    place: { type: 'Point', coordinates: [112.58, 26.9] },
    fact_time: at,
    raised_at: at,
    changed_at: at,
    acknowledged_at: state === 'acknowledged' ? at : null,
    acknowledged_by: null,
    cleared_at: state === 'cleared' ? at : null,
    closed_at: null,
    shelved_until: null,
    values: [],
    evidence: [],
    group,
    repeats: 0,
    rule: null,
    actions: ['acknowledge', 'shelve'],
  }
}

const ids = (alarms: readonly Alarm[], filter = readFilter('')) =>
  railOf(alarms, filter).rows.map((row) => row.alarm.id)

describe('the rail', () => {
  it('shows neither what is closed nor what is put aside', () => {
    expect(ids([alarm('red', 1, 'closed'), alarm('red', 1, 'shelved')])).toEqual([])
  })

  it('has the gravest first, then who waits for a hand, then the newest', () => {
    const blue = alarm('blue', 9)
    const old = alarm('red', 1)
    const fresh = alarm('red', 8)
    const held = alarm('red', 9, 'acknowledged')
    const orange = alarm('orange', 5)
    expect(ids([blue, held, old, orange, fresh])).toEqual(
      [fresh, old, held, orange, blue].map(({ id }) => id),
    )
  })

  it('makes one row of a storm, led by its gravest', () => {
    const storm = { id: 7, count: 3 }
    const rows = railOf(
      [
        alarm('yellow', 1, 'raised', storm),
        alarm('orange', 2, 'raised', storm),
        alarm('yellow', 3, 'raised', storm),
        alarm('blue', 4),
      ],
      '',
    ).rows
    expect(rows.map(({ alarm: one, count }) => [one.severity, count])).toEqual([
      ['orange', 3],
      ['blue', 1],
    ])
  })

  it('says how many rows found no room', () => {
    const many = Array.from({ length: MOST_ROWS + 5 }, () => alarm('blue', 1))
    expect(railOf(many, '').rows).toHaveLength(MOST_ROWS)
    expect(railOf(many, '').left).toBe(5)
  })

  it('can be narrowed to a severity, or to who waits', () => {
    const held = alarm('red', 1, 'acknowledged')
    const over = alarm('red', 2, 'cleared')
    const blue = alarm('blue', 3)
    expect(ids([held, over, blue], 'waiting')).toEqual([over.id, blue.id])
    expect(ids([held, over, blue], 'blue')).toEqual([blue.id])
    expect(readFilter('purple')).toBe('')
  })

  it('leads on with J and K and ends at both ends', () => {
    const { rows } = railOf([alarm('red', 2), alarm('orange', 1)], '')
    const [first, second] = rows.map((row) => row.alarm)
    expect(neighbour(rows, null, 1)).toBe(first)
    expect(neighbour(rows, first?.id ?? 0, 1)).toBe(second)
    expect(neighbour(rows, second?.id ?? 0, 1)).toBe(second)
    expect(neighbour(rows, second?.id ?? 0, -1)).toBe(first)
    expect(neighbour(rows, 999_999, 1)).toBe(first)
    expect(neighbour([], null, 1)).toBeNull()
  })

  it('knows who waits: raised or over, and in nobody’s hand', () => {
    expect(isWaiting(alarm('red', 1, 'raised'))).toBe(true)
    expect(isWaiting(alarm('red', 1, 'cleared'))).toBe(true)
    expect(isWaiting(alarm('red', 1, 'acknowledged'))).toBe(false)
    expect(isWaiting(alarm('red', 1, 'shelved'))).toBe(false)
  })
})

describe('what is said of raised alarms', () => {
  beforeEach(() => (language.value = 'zh'))

  it('names the gravest and counts the others', () => {
    const said = sayRaised([alarm('blue', 1), alarm('red', 1)])
    expect(said).toContain('水位越限')
    expect(said).toContain('蒸湘区')
    expect(said).toContain('另有 1 条')
    expect(sayRaised([alarm('blue', 1)])).not.toContain('另有')
    expect(sayRaised([])).toBe('')
  })

  it('sounds graver the graver it is', () => {
    expect(BEATS.red.times).toBeGreaterThan(BEATS.orange.times)
    expect(BEATS.orange.times).toBeGreaterThan(BEATS.blue.times)
    expect(BEATS.red.pitch).toBeGreaterThan(BEATS.blue.pitch)
  })
})

describe('the address', () => {
  it.each([[''], ['components'], ['devices,vehicles'], ['nonsense,devices']])(
    'hides with "%s" only layers that there are',
    (text) => {
      for (const hidden of readHidden(text)) expect(LAYERS).toContain(hidden)
    },
  )

  it('is read as it was written', () => {
    for (const hidden of [[], ['devices'], ['alarms', 'components'], [...LAYERS]] as const) {
      expect([...readHidden(writeHidden(hidden))].sort()).toEqual([...hidden].sort())
    }
  })
})

describe('the search', () => {
  const size = { width: 1000, height: 800 }
  const place = { type: 'Point' as const, coordinates: [112.6, 26.9] }

  it('takes words without the spaces around them', () => {
    expect(searchWords('  石鼓   书院 ')).toBe('石鼓 书院')
    expect(searchWords('   ')).toBe('')
  })

  it('goes round its list, and nowhere in an empty one', () => {
    expect(step(2, 1, 3)).toBe(0)
    expect(step(0, -1, 3)).toBe(2)
    expect(step(0, 1, 0)).toBe(0)
  })

  it('shows a district whole and a point from near', () => {
    const district = viewOfPlace({ place, bbox: [112.5, 26.8, 112.7, 27.0] }, size)
    const point = viewOfPlace({ place, bbox: null }, size)
    expect(point.zoom).toBeGreaterThan(district.zoom + 3)
    expect(point).toMatchObject({ lon: 112.6, lat: 26.9 })
  })

  it('never leads away from what one is near to', () => {
    const near = { lon: 112, lat: 26, zoom: 18 }
    expect(viewOfPoint(112.6, 26.9, near).zoom).toBe(18)
    expect(viewOfPoint(112.6, 26.9, { ...near, zoom: 9 }).zoom).toBeGreaterThan(15)
  })
})

describe('where a map begins', () => {
  it.each([
    [[], null],
    [['4304'], null],
    [['430400'], null],
    [['430405', '430406'], null],
    [['430408'], '430408'],
    [['430408001'], '430408001'],
  ])('%j leads to %s', (divisions, home) => expect(homeAmong(divisions)).toBe(home))
})

describe('the layer control', () => {
  it('counts what it knows and leaves open what it does not', () => {
    const rows = layerRows({
      figures: null,
      alarms: [alarm('red', 1), alarm('red', 1, 'shelved')],
      vehicles: 3,
      components: null,
      fields: null,
      tooMany: true,
    })
    expect(rows.find(({ key }) => key === 'alarms')?.count).toBe(1)
    expect(rows.find(({ key }) => key === 'devices')?.count).toBeNull()
    expect(rows.find(({ key }) => key === 'vehicles')?.note).toBeTruthy()
    expect(rows.find(({ key }) => key === 'fields')?.note).toBeTruthy()
  })
})
