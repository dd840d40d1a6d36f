/** Alarms: the list, one with its time line, and what people decide about them. */
import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'

import { api, clockApi } from './client'
import { Once } from './once'
import { CALM_MS, every } from './polling'
import type { Answer, Item, Query } from './shapes'
import { unwrap } from './transport'

export type Alarm = Item<'/api/v1/alarms'>
export type AlarmAct = Item<'/api/v1/alarms/{alarm_id}/history'>
export type AlarmQuery = Query<'/api/v1/alarms'>
export type AlarmState = Alarm['state']
export type Severity = Alarm['severity']
export type Acknowledged = Answer<'/api/v1/alarms/acknowledgements', 'post'>

export const SEVERITIES: readonly Severity[] = ['red', 'orange', 'yellow', 'blue']
export const ALARM_SOURCES: readonly Alarm['source'][] = [
  'rule',
  'liveness',
  'gap',
  'evidence',
  'system',
]

/** How often the desk looks again. */
export const ALARMS_MS = CALM_MS

const WHOLE_PAGE = 500

/** `ask` is called when it is asked: a period that ends now moves on. */
export function useAlarms<Asked>(asked: Ref<Asked>, ask: (asked: Asked) => AlarmQuery) {
  return useQuery({
    queryKey: computed(() => ['alarms', 'list', asked.value]),
    queryFn: ({ signal }) =>
      unwrap(clockApi.GET('/api/v1/alarms', { params: { query: ask(asked.value) }, signal })),
    placeholderData: keepPreviousData,
    ...every(ALARMS_MS),
  })
}

export function useAlarm(alarmId: Ref<number>) {
  return useQuery({
    queryKey: computed(() => ['alarms', 'one', alarmId.value]),
    queryFn: ({ signal }) =>
      unwrap(clockApi.GET('/api/v1/alarms/{alarm_id}', { params: path(alarmId.value), signal })),
    ...every(ALARMS_MS),
  })
}

export function useAlarmHistory(alarmId: Ref<number>) {
  return useQuery({
    queryKey: computed(() => ['alarms', 'history', alarmId.value]),
    queryFn: ({ signal }) => {
      const params = { ...path(alarmId.value), query: { limit: WHOLE_PAGE } }
      return unwrap(clockApi.GET('/api/v1/alarms/{alarm_id}/history', { params, signal }))
    },
    ...every(ALARMS_MS),
  })
}

export function useAlarmSummary() {
  return useQuery({
    queryKey: ['alarms', 'summary'],
    queryFn: ({ signal }) => unwrap(clockApi.GET('/api/v1/alarms/summary', { signal })),
    ...every(ALARMS_MS),
  })
}

/** The time line as it is now: to tell who was first. */
export async function fetchHistory(alarmId: number): Promise<AlarmAct[]> {
  const params = { ...path(alarmId), query: { limit: WHOLE_PAGE } }
  return (await unwrap(api.GET('/api/v1/alarms/{alarm_id}/history', { params }))).items
}

/** Everything that fits, page by page, but no more than `most`; `told` hears how many there are. */
export async function fetchAlarms(
  query: AlarmQuery,
  most: number,
  told: (count: number) => void,
): Promise<Alarm[]> {
  const found: Alarm[] = []
  let after: string | null | undefined
  do {
    const params = { query: { ...query, limit: WHOLE_PAGE, ...(after ? { after } : {}) } }
    const page = await unwrap(api.GET('/api/v1/alarms', { params }))
    found.push(...page.items)
    after = page.next
    told(found.length)
  } while (after && found.length < most)
  return found
}

type Version = Pick<Alarm, 'id' | 'version'>

export function acknowledge(alarm: Version, note: string): Promise<Alarm> {
  const params = version(alarm)
  return unwrap(api.PUT('/api/v1/alarms/{alarm_id}/acknowledgement', { params, body: { note } }))
}

export function shelve(alarm: Version, body: { until: string; reason: string }): Promise<Alarm> {
  const params = version(alarm)
  return unwrap(api.PUT('/api/v1/alarms/{alarm_id}/shelving', { params, body }))
}

export function unshelve(alarm: Version): Promise<Alarm> {
  return unwrap(api.DELETE('/api/v1/alarms/{alarm_id}/shelving', { params: version(alarm) }))
}

export function escalate(alarm: Version, reason: string): Promise<Alarm> {
  const params = version(alarm)
  return unwrap(api.PUT('/api/v1/alarms/{alarm_id}/escalation', { params, body: { reason } }))
}

export function closeAlarm(alarm: Version, reason: string): Promise<Alarm> {
  const params = version(alarm)
  return unwrap(api.PUT('/api/v1/alarms/{alarm_id}/closing', { params, body: { reason } }))
}

export function addNote(alarm: Version, note: string): Promise<Alarm> {
  const params = version(alarm)
  return unwrap(api.POST('/api/v1/alarms/{alarm_id}/notes', { params, body: { note } }))
}

/** Many at once: what somebody else was first with is told, not refused. */
export function acknowledgeMany(
  chosen: { ids: number[] } | { group: number },
  note: string,
  once: Once,
): Promise<Acknowledged> {
  const body = { ...chosen, note }
  const params = { header: once.header(body) }
  return unwrap(api.POST('/api/v1/alarms/acknowledgements', { params, body }))
}

/** A change is refused where somebody else has changed the alarm since it was read. */
function version(alarm: Version) {
  return { ...path(alarm.id), header: { 'if-match': `"${alarm.version}"` } }
}

function path(alarm_id: number) {
  return { path: { alarm_id } }
}
