/** Sentences about an alarm, and what may be done with it. */
import type { Alarm, AlarmAct } from '@/data/alarms'
import { formatReading, withUnit } from '@/format/number'
import { formatTime } from '@/format/time'
import { language, translate } from '@/i18n'
import { sayCode, sayDivision } from '@/parts/words'
import { may, PERMISSIONS } from '@/session/permissions'

export const ACTS = ['acknowledge', 'shelve', 'unshelve', 'escalate', 'note', 'close'] as const
export type Act = (typeof ACTS)[number]

/** What this person may do now, in the order of the buttons. */
export function actsOn({ actions }: Pick<Alarm, 'actions'>): Act[] {
  if (!may(PERMISSIONS.actOnAlarms)) return []
  return ACTS.filter((act) => (actions as readonly string[]).includes(act))
}

export function sayTitle({ title_zh, title_en }: Pick<Alarm, 'title_zh' | 'title_en'>): string {
  return language.value === 'zh' ? title_zh : title_en || title_zh
}

type Value = Alarm['values'][number]

/** `3.42 m`. */
export function sayValue({ value, unit }: Pick<Value, 'value' | 'unit'>): string {
  return withUnit(formatReading(value), unit ?? '1')
}

/** `3.42 m (限 3.00 m)` of every value, in one line of the list. */
export function sayValues(values: readonly Value[]): string {
  return values
    .map((one) =>
      one.limit === null || one.limit === undefined
        ? sayValue(one)
        : translate('alarms.valueWithLimit', {
            value: sayValue(one),
            limit: withUnit(formatReading(one.limit), one.unit ?? '1'),
          }),
    )
    .join(' · ')
}

/** Who was first, when one's own act was refused because the alarm had changed meanwhile. */
export function sayFirst(history: readonly AlarmAct[]): string {
  const last = history.at(-1)
  if (!last) return translate('problem.stale')
  return translate('alarms.conflict', {
    who: sayActor(last.actor),
    time: formatTime(last.time),
    what: sayCode('alarmAct', last.act),
  })
}

/** A user by name; the facts and the clock in words. */
export function sayActor(actor: string): string {
  return sayCode('alarmActor', actor)
}

/** Columns and rows of the file that takes the list out. */
export function csvHead(): string[] {
  return [
    translate('alarms.id'),
    translate('alarms.severity'),
    translate('alarms.state'),
    translate('alarms.title'),
    translate('alarms.source'),
    translate('alarms.device'),
    translate('alarms.deviceName'),
    translate('devices.division'),
    translate('alarms.factTime'),
    translate('alarms.raised'),
    translate('alarms.acknowledgedAt'),
    translate('alarms.acknowledgedBy'),
    translate('alarms.clearedAt'),
    translate('alarms.closedAt'),
    translate('alarms.values'),
    translate('alarms.repeats'),
  ]
}

export function csvRow(alarm: Alarm): (string | number | null)[] {
  const moment = (at: string | null) => (at ? formatTime(at) : null)
  return [
    alarm.id,
    sayCode('severity', alarm.severity),
    sayCode('alarmState', alarm.state),
    sayTitle(alarm),
    sayCode('alarmSource', alarm.source),
    alarm.device_id,
    alarm.device_name,
    sayDivision(alarm.division_code),
    moment(alarm.fact_time),
    moment(alarm.raised_at),
    moment(alarm.acknowledged_at),
    alarm.acknowledged_by,
    moment(alarm.cleared_at),
    moment(alarm.closed_at),
    sayValues(alarm.values),
    alarm.repeats,
  ]
}
