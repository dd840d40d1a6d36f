import { beforeEach, describe, expect, it } from 'vitest'

import type { Alarm, AlarmAct } from '@/data/alarms'
import { language } from '@/i18n'
import { me } from '@/session/session'

import { actsOn, csvHead, csvRow, sayFirst, sayTitle, sayValues } from './alarm'
import { isComplete } from './acts'
import { queryOf } from './filters'

const NOW = Date.parse('2026-11-26T06:00:00Z')

const alarm = {
  id: 17,
  version: 3,
  state: 'raised',
  severity: 'orange',
  escalation_level: 0,
  source: 'rule',
  kind: 'water_level',
  title_zh: '蒸水河水位 2.60 m',
  title_en: 'Zhengshui river: water level 2.60 m',
  device_id: 'WL-0001',
  device_name: '=HYPERLINK("x")',
  division_code: '430408',
  place: null,
  fact_time: '2026-11-26T05:58:00Z',
  raised_at: '2026-11-26T05:50:00Z',
  changed_at: '2026-11-26T05:50:00Z',
  acknowledged_at: null,
  acknowledged_by: null,
  cleared_at: null,
  closed_at: null,
  shelved_until: null,
  values: [{ quantity: 'water_level', value: 2.6, unit: 'm', limit: 2.5 }],
  evidence: [],
  group: null,
  repeats: 4,
  rule: null,
  actions: ['note', 'acknowledge', 'close'],
} as unknown as Alarm

function become(permissions: string[]): void {
  me.value = { permissions } as never
}

beforeEach(() => {
  language.value = 'zh'
  become(['alarms:read', 'alarms:act'])
})

describe('what the desk asks for', () => {
  it('is by default what is neither closed nor shelved', () => {
    expect(queryOf({}, NOW)).toEqual({ state: ['raised', 'acknowledged', 'cleared'] })
  })

  it('is everything where everything is wanted', () => {
    expect(queryOf({ state: 'all', severity: 'red' }, NOW)).toEqual({ severity: ['red'] })
  })

  it('is every severity that is wanted', () => {
    expect(queryOf({ state: 'all', severity: 'red,orange' }, NOW)).toEqual({
      severity: ['red', 'orange'],
    })
  })

  it('goes back from now', () => {
    expect(queryOf({ state: 'closed', period: '24h' }, NOW)).toEqual({
      state: ['closed'],
      from: '2026-11-25T06:00:00.000Z',
    })
  })

  it.each(['x', '1e9', '-1', ''])('is no group %j', (group) => {
    expect(queryOf({ state: 'all', group, rule: group }, NOW)).toEqual({})
  })

  it('keeps page, words and place', () => {
    const shown = { state: 'all', q: '水', division: '430408', after: 'c', group: '3', rule: '12' }
    expect(queryOf(shown, NOW)).toEqual({
      q: '水',
      division: '430408',
      after: 'c',
      group: 3,
      rule: 12,
    })
  })
})

describe('acts', () => {
  it('are none without the permission', () => {
    become(['alarms:read'])
    expect(actsOn(alarm)).toEqual([])
  })

  it('are what the state lets one do, the due one first', () => {
    expect(actsOn(alarm)).toEqual(['acknowledge', 'note', 'close'])
  })

  it.each([
    ['close', '', '', false],
    ['close', ' ', '', false],
    ['close', '误报', '', true],
    ['acknowledge', '', '', true],
    ['shelve', '施工', '', false],
    ['shelve', '施工', '2026-11-26T05:00:00Z', false],
    ['shelve', '', '2026-11-26T09:00:00Z', false],
    ['shelve', '施工', '2026-11-26T09:00:00Z', true],
  ] as const)('%s with %j until %j: %s', (act, word, until, complete) => {
    expect(isComplete(act, { word, until }, NOW)).toBe(complete)
  })
})

describe('words', () => {
  it('tell who was first', () => {
    const events = [
      { act: 'raise', actor: 'facts', time: '2026-11-26T05:50:00Z' },
      { act: 'acknowledge', actor: 'wang.wei', time: '2026-11-26T05:59:30Z' },
    ] as unknown as AlarmAct[]
    const said = sayFirst(events)
    for (const word of ['wang.wei', '确认', '2026-11-26 13:59:30']) expect(said).toContain(word)
  })

  it('admit that nobody knows who was first', () => expect(sayFirst([])).toContain('已被他人修改'))

  it('name a value with its limit', () => {
    expect(sayValues(alarm.values)).toBe('2.6 m（限 2.5 m）')
    expect(sayValues([{ quantity: 'x', value: null, unit: 'm', limit: null }])).toBe('—')
  })

  it('speak the language of the reader', () => {
    language.value = 'en'
    expect(sayTitle(alarm)).toContain('Zhengshui')
    expect(sayTitle({ ...alarm, title_en: '' })).toBe(alarm.title_zh)
  })
})

describe('the file', () => {
  it('has a cell for every heading', () => expect(csvRow(alarm)).toHaveLength(csvHead().length))
})
