/** A rule in words: what it judges, when, and on which devices. */
import type { KnownQuantity } from '@/data/catalogue'
import type { Rule } from '@/data/rules'
import { formatReading, withUnit } from '@/format/number'
import { translate } from '@/i18n'
import { sayCode, sayDivision, sayName, saySpan } from '@/parts/words'

type Value = Pick<Rule, 'condition' | 'calendar' | 'target'>

/** Divisions are prefixes: the four digits of the whole city are no district. */
const CITY = '4304'

const SIGNS: Readonly<Record<string, string>> = { '>=': '≥', '>': '>', '<=': '≤', '<': '<' }

export function saySign(op: string): string {
  return SIGNS[op] ?? op
}

/** `水位 ≥ 2.00 m（黄）、2.50 m（橙），持续 2 分钟`. */
export function sayCondition(
  { condition }: Pick<Value, 'condition'>,
  quantities: readonly KnownQuantity[],
): string {
  const lasting = condition.duration_seconds
    ? translate('rules.lasting', { span: saySpan(condition.duration_seconds) })
    : ''
  if (condition.source === 'liveness' || condition.source === 'gap') {
    const list = condition.source === 'gap' ? 'gapState' : 'deviceState'
    const what = sayCode('ruleSource', condition.source)
    const state = sayCode(list, condition.state ?? '')
    return [`${what} ${state} (${sayCode('severity', condition.severity)})`, lasting]
      .filter(Boolean)
      .join(translate('rules.comma'))
  }
  const known = quantities.find(({ key }) => key === condition.quantity)
  const name = known ? sayName(known) : condition.quantity
  const steps = condition.steps.map(
    ({ limit, severity }) =>
      `${withUnit(formatReading(limit), known?.unit ?? '1')} (${sayCode('severity', severity)})`,
  )
  const said = `${name} ${saySign(condition.op ?? '>=')} ${steps.join(' / ')}`
  return [said, lasting].filter(Boolean).join(translate('rules.comma'))
}

/** `电子警察 · 蒸湘区`; everything where nothing narrows it. */
export function sayTarget({ target }: Pick<Value, 'target'>): string {
  const division = target?.division
  const parts = [
    target?.kind ? sayCode('deviceKind', target.kind) : '',
    target?.model ?? '',
    division && division !== CITY ? sayDivision(division) : '',
    target?.area ? translate('rules.inArea') : '',
    target?.devices ? translate('rules.devicesNamed', { n: target.devices.length }) : '',
  ].filter(Boolean)
  return parts.length ? parts.join(' · ') : translate('rules.everywhere')
}

/** `周一至周五 20:00–06:00`; empty where it is always awake. */
export function sayCalendar({ calendar }: Pick<Value, 'calendar'>): string {
  if (!calendar) return translate('rules.always')
  const days = calendar.weekdays?.map((day) => sayCode('weekday', String(day))).join(' ') ?? ''
  const hours = calendar.hours ? `${calendar.hours.begin}–${calendar.hours.end}` : ''
  const months = calendar.months?.map((month) => sayCode('month', String(month))).join(' ') ?? ''
  const left = calendar.excluded?.length
    ? translate('rules.daysOut', { n: calendar.excluded.length })
    : ''
  return [months, days, hours, left].filter(Boolean).join(' · ')
}

/** `合理范围 0–60 m`; empty where the quantity has none. */
export function sayRange(quantity: KnownQuantity | undefined): string {
  if (!quantity) return ''
  const { plausible_min: min, plausible_max: max, unit } = quantity
  if (min == null && max == null) return translate('rules.noRange')
  const end = (value: number | null | undefined) => formatReading(value)
  return translate('rules.range', { range: withUnit(`${end(min)} – ${end(max)}`, unit) })
}
