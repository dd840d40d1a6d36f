import { beforeEach, describe, expect, it } from 'vitest'

import type { KnownQuantity } from '@/data/catalogue'
import type { Rule } from '@/data/rules'
import { language } from '@/i18n'

import { changeOf, creationOf, emptyForm, formOf, valueOf, type RuleForm } from './ruleForm'
import { sayCalendar, sayCondition, sayRange, sayTarget } from './rule'
import { nextStep, stepFaults } from './steps'

const level: KnownQuantity = {
  key: 'water_level',
  unit: 'm',
  name_zh: '水位',
  name_en: 'Water level',
  plausible_min: -5,
  plausible_max: 60,
  decimals: 2,
  version: 1,
}

const rule = {
  id: 12,
  version: 3,
  name: '内涝水位超限',
  description: '',
  enabled: true,
  condition: {
    source: 'threshold',
    quantity: 'water_level',
    op: '>=',
    steps: [
      { limit: 2, clear: 1.8, severity: 'yellow' },
      { limit: 2.5, clear: null, severity: 'orange' },
    ],
    duration_seconds: 120,
    hole_seconds: 900,
  },
  calendar: {
    weekdays: [1, 2],
    hours: { begin: '20:00', end: '06:00' },
    months: null,
    excluded: [],
  },
  target: { devices: null, model: null, kind: 'sensor', division: '430408', area: null },
  title_zh: '{name}{quantity}{value}{unit}',
  title_en: '{name}',
  storm: 'rule_district',
} as unknown as Rule

const steps = (...all: [string, string, string][]) =>
  all.map(([severity, limit, clear]) => ({ severity, limit, clear })) as RuleForm['steps']

beforeEach(() => {
  language.value = 'zh'
})

describe('the form of a rule', () => {
  it('gives back the rule that it was made of', () => {
    const { condition, calendar, target, title_zh, title_en, storm } = rule
    expect(valueOf(formOf(rule))).toEqual({
      condition,
      calendar,
      target,
      title_zh,
      title_en,
      storm,
    })
  })

  it('says that nothing has changed', () => {
    expect(changeOf(formOf(rule), formOf(rule))).toEqual({})
  })

  it('sends the words alone where only they changed: no alarm is closed by it', () => {
    const after = { ...formOf(rule), name: '新名称' }
    expect(changeOf(formOf(rule), after)).toEqual({ name: '新名称' })
  })

  it('keeps an area that it cannot draw', () => {
    const area = { type: 'Polygon', coordinates: [[[112, 26]]] }
    const drawn = { ...rule, target: { ...rule.target, area } } as unknown as Rule
    expect(valueOf(formOf(drawn)).target).toMatchObject({ area })
  })

  it('takes a calendar that says nothing for none', () => {
    const form = emptyForm()
    form.calendar.on = true
    expect(valueOf(form).calendar).toBeNull()
    form.calendar.begin = '20:00'
    expect(valueOf(form).calendar).toBeNull()
    form.calendar.end = '06:00'
    expect(valueOf(form).calendar).toMatchObject({ hours: { begin: '20:00', end: '06:00' } })
  })

  it.each(['liveness', 'gap'] as const)('has no limits for %s', (source) => {
    const { condition } = creationOf({ ...emptyForm(), source, severity: 'blue' })
    expect(condition).toMatchObject({ source, severity: 'blue' })
    expect(condition).not.toHaveProperty('steps')
  })
})

describe('limits', () => {
  it.each([
    ['an empty one', [['yellow', '', '']], 'number'],
    ['no number', [['yellow', '2', 'x']], 'number'],
    ['beyond what can be', [['yellow', '61', '']], 'implausible'],
    ['that clear beyond themselves', [['yellow', '2', '2.1']], 'clear'],
  ] as const)('%s: %j is told as %s', (_, given, fault) => {
    const form = {
      op: '>=' as const,
      steps: steps(...(given as never as [string, string, string][])),
    }
    expect(stepFaults(form, level)).toEqual([fault])
  })

  it.each([
    [
      'go back',
      [
        ['yellow', '2', ''],
        ['orange', '1', ''],
      ],
      'order',
    ],
    [
      'grow milder',
      [
        ['orange', '2', ''],
        ['yellow', '3', ''],
      ],
      'graver',
    ],
    [
      'clear later',
      [
        ['yellow', '2', '1.9'],
        ['orange', '3', '1.5'],
      ],
      'clearOrder',
    ],
  ] as const)('that %s: %j is told as %s', (_, given, fault) => {
    const form = {
      op: '>=' as const,
      steps: steps(...(given as never as [string, string, string][])),
    }
    expect(stepFaults(form, level)).toEqual([null, fault])
  })

  it('go down where the danger lies below', () => {
    const form = { op: '<' as const, steps: steps(['yellow', '2', '2.2'], ['red', '1', '']) }
    expect(stepFaults(form, level)).toEqual([null, null])
  })

  it('end at red', () => {
    expect(nextStep(steps(['orange', '2', '']))?.severity).toBe('red')
    expect(nextStep(steps(['red', '2', '']))).toBeNull()
  })
})

describe('a rule in words', () => {
  it('says what it judges', () => {
    expect(sayCondition(rule, [level])).toBe('水位 ≥ 2 m (黄色) / 2.5 m (橙色)，持续 2 分钟')
    expect(sayRange(level)).toBe('合理范围 -5 – 60 m')
  })

  it('says where and when', () => {
    expect(sayTarget(rule)).toBe('传感器 · 蒸湘区')
    expect(sayTarget({ target: { division: '4304' } } as Rule)).toBe('全部设备')
    expect(sayCalendar(rule)).toBe('周一 周二 · 20:00–06:00')
    expect(sayCalendar({ calendar: null })).toBe('始终')
  })
})
