/** A rule as the form holds it, and as the server takes it. */
import type { Area } from '@/area/area'
import type { Severity } from '@/data/alarms'
import type { Rule, RuleChange, RuleCreate, RuleSource, RuleValue } from '@/data/rules'

export const OPERATORS = ['>=', '>', '<=', '<'] as const
export const STORMS = ['rule_district', 'rule', 'district', 'none'] as const
export const LIVENESS_STATES = ['offline', 'late'] as const
export const GAP_STATES = ['lost', 'open'] as const
/** What is put into a title. */
export const PLACEHOLDERS = [
  'name',
  'device',
  'division',
  'quantity',
  'value',
  'limit',
  'unit',
  'minutes',
] as const

export interface StepForm {
  severity: Severity
  limit: string
  /** Empty: at the limit itself. */
  clear: string
}

export interface CalendarForm {
  on: boolean
  weekdays: number[]
  begin: string
  end: string
  months: number[]
  excluded: string[]
}

export interface RuleForm {
  name: string
  description: string
  enabled: boolean
  source: RuleSource
  quantity: string
  op: (typeof OPERATORS)[number]
  steps: StepForm[]
  /** Seconds. */
  duration: number
  hole: number
  liveness: (typeof LIVENESS_STATES)[number]
  gap: (typeof GAP_STATES)[number]
  /** Where there are no steps. */
  severity: Severity
  calendar: CalendarForm
  devices: string[]
  model: string
  kind: string
  division: string
  area: Area | null
  title_zh: string
  title_en: string
  storm: (typeof STORMS)[number]
}

const NO_CALENDAR: CalendarForm = {
  on: false,
  weekdays: [],
  begin: '',
  end: '',
  months: [],
  excluded: [],
}

export const FIRST_STEP: StepForm = { severity: 'yellow', limit: '', clear: '' }

export function emptyForm(): RuleForm {
  return {
    name: '',
    description: '',
    enabled: true,
    source: 'threshold',
    quantity: '',
    op: '>=',
    steps: [{ ...FIRST_STEP }],
    duration: 120,
    hole: 900,
    liveness: 'offline',
    gap: 'lost',
    severity: 'yellow',
    calendar: { ...NO_CALENDAR },
    devices: [],
    model: '',
    kind: '',
    division: '',
    area: null,
    title_zh: '{name}{quantity}{value}{unit}',
    title_en: '{name}: {quantity} {value} {unit}',
    storm: 'rule_district',
  }
}

type Known = Pick<
  Rule,
  'condition' | 'calendar' | 'target' | 'title_zh' | 'title_en' | 'storm' | 'name' | 'description'
> & { enabled: boolean }

export function formOf(rule: Known): RuleForm {
  const { target } = rule
  return {
    ...emptyForm(),
    name: rule.name,
    description: rule.description,
    enabled: rule.enabled,
    ...conditionForm(rule.condition),
    calendar: calendarForm(rule.calendar),
    devices: [...(target?.devices ?? [])],
    model: target?.model ?? '',
    kind: target?.kind ?? '',
    division: target?.division ?? '',
    area: (target?.area as Area | undefined) ?? null,
    title_zh: rule.title_zh,
    title_en: rule.title_en,
    storm: rule.storm ?? 'rule_district',
  }
}

function conditionForm(condition: Known['condition']): Partial<RuleForm> {
  const duration = condition.duration_seconds ?? 0
  if (condition.source === 'liveness') {
    const { severity, state } = condition
    return { source: 'liveness', severity, liveness: state ?? 'offline', duration }
  }
  if (condition.source === 'gap') {
    return { source: 'gap', severity: condition.severity, gap: condition.state ?? 'lost', duration }
  }
  return {
    source: 'threshold',
    quantity: condition.quantity,
    op: condition.op ?? '>=',
    steps: condition.steps.map(({ severity, limit, clear }) => ({
      severity,
      limit: String(limit),
      clear: clear === null || clear === undefined ? '' : String(clear),
    })),
    duration,
    hole: condition.hole_seconds ?? 900,
  }
}

function calendarForm(calendar: Known['calendar']): CalendarForm {
  if (!calendar) return { ...NO_CALENDAR }
  return {
    on: true,
    weekdays: [...(calendar.weekdays ?? [])],
    begin: calendar.hours?.begin ?? '',
    end: calendar.hours?.end ?? '',
    months: [...(calendar.months ?? [])],
    excluded: [...(calendar.excluded ?? [])],
  }
}

function conditionOf(form: RuleForm): RuleValue['condition'] {
  const duration_seconds = form.duration
  if (form.source === 'liveness') {
    const { severity, liveness: state } = form
    return { source: 'liveness', state, severity, duration_seconds }
  }
  if (form.source === 'gap') {
    return { source: 'gap', state: form.gap, severity: form.severity, duration_seconds }
  }
  const steps = form.steps.map(({ severity, limit, clear }) => ({
    severity,
    limit: Number(limit),
    clear: clear.trim() === '' ? null : Number(clear),
  }))
  const { quantity, op, hole: hole_seconds } = form
  return { source: 'threshold', quantity, op, steps, duration_seconds, hole_seconds }
}

/** A calendar that says nothing is none: the rule always holds. */
function calendarOf({ on, weekdays, begin, end, months, excluded }: CalendarForm) {
  const hours = begin && end ? { begin, end } : null
  if (!on || (!weekdays.length && !hours && !months.length && !excluded.length)) return null
  const sorted = (numbers: number[]) => (numbers.length ? [...numbers].sort((a, b) => a - b) : null)
  return { weekdays: sorted(weekdays), hours, months: sorted(months), excluded }
}

export function valueOf(form: RuleForm): RuleValue {
  return {
    condition: conditionOf(form),
    calendar: calendarOf(form.calendar),
    target: {
      devices: form.devices.length ? form.devices : null,
      model: form.model || null,
      kind: form.kind || null,
      division: form.division || null,
      area: form.area,
    },
    title_zh: form.title_zh.trim(),
    title_en: form.title_en.trim(),
    storm: form.storm,
  } as RuleValue
}

export function creationOf(form: RuleForm): RuleCreate {
  const { enabled } = form
  const words = { name: form.name.trim(), description: form.description.trim() }
  return { ...words, enabled, ...valueOf(form) } as RuleCreate
}

/** Only what is not as it was: a change of the words alone closes no alarms. */
export function changeOf(before: RuleForm, after: RuleForm): RuleChange {
  const [was, is] = [creationOf(before), creationOf(after)] as Record<string, unknown>[]
  const changed = Object.entries(is ?? {}).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(was?.[key]),
  )
  return Object.fromEntries(changed) as RuleChange
}
