/** Smart traffic: passes, violations, sites, counts, codes. */
import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'

import { api, clockApi } from './client'
import { CALM_MS, every } from './polling'
import type { Answer, Item, Query, Sent } from './shapes'
import { unwrap } from './transport'

export type Pass = Item<'/api/v1/traffic/passes'>
export type Violation = Item<'/api/v1/traffic/violations'>
export type TrafficRecord = Pass & Partial<Violation>
export type Picture = Pass['pictures'][number]
export type Site = Item<'/api/v1/traffic/sites'>
export type SiteChange = Sent<'/api/v1/traffic/sites/{device_id}', 'put'>
export type Counts = Answer<'/api/v1/traffic/sites/{device_id}/counts'>
export type CountWidth = Counts['bucket']

type PassQuery = Query<'/api/v1/traffic/passes'>
type ViolationQuery = Query<'/api/v1/traffic/violations'>
type SiteQuery = Query<'/api/v1/traffic/sites'>

/** What a person asks for: as `PassQuery`, but one field for a plate, and km/h. */
export interface RecordQuery {
  start?: string
  end?: string
  site?: string
  plate?: string
  lane?: string
  plate_colour?: string
  vehicle_class?: string
  speed?: string
  code?: string
  after?: string
}

export const PLATE_COLOURS = ['blue', 'yellow', 'white', 'black', 'green', 'yellow_green'] as const
export const VEHICLE_CLASSES = [
  'car',
  'taxi',
  'van',
  'light_truck',
  'truck',
  'bus',
  'motorcycle',
  'ebike',
] as const
export const DIRECTIONS = ['n', 'ne', 'e', 'se', 's', 'sw', 'w', 'nw'] as const
export const MOVEMENTS = ['left', 'through', 'right', 'u_turn'] as const
export const LANE_USES = ['all', 'bus', 'bicycle', 'emergency'] as const
export const SUMMARY_MS = CALM_MS

const WHOLE_PLATE = 7 // signs; what is shorter is searched for as a part
const LEAST_PART = 2
/** Pages that hold nothing are read on by themselves, so many of 50,000 records each. */
const MOST_PAGES = 20

/** As the server takes it. */
export function toQuery({ plate = '', speed, ...rest }: RecordQuery): PassQuery & ViolationQuery {
  const signs = plate.replace(/[·\s]/g, '')
  const searched =
    signs.length >= WHOLE_PLATE
      ? { plate: signs }
      : signs.length >= LEAST_PART
        ? { plate_part: signs }
        : {}
  const speeds = speed ? { speed_from: Number(speed) / 3.6 } : {}
  return { ...rest, ...searched, ...speeds } as PassQuery & ViolationQuery
}

interface Page<One> {
  items: One[]
  next?: string | null | undefined
}

async function readOn<One>(
  query: RecordQuery,
  ask: (query: PassQuery & ViolationQuery) => Promise<Page<One>>,
): Promise<Page<One>> {
  let page = await ask(toQuery(query))
  for (let n = 1; page.items.length === 0 && page.next && n < MOST_PAGES; n += 1) {
    page = await ask(toQuery({ ...query, after: page.next }))
  }
  return page
}

/** A search by plate is an entry of the audit trail: it is asked once, never by the clock. */
function calmly(query: Ref<RecordQuery>) {
  return every(() => (query.value.plate ? false : CALM_MS))
}

export function usePasses(query: Ref<RecordQuery>, limit = 50) {
  return useQuery({
    queryKey: computed(() => ['traffic', 'passes', query.value, limit]),
    queryFn: ({ signal }) =>
      readOn(query.value, (asked) =>
        unwrap(
          clockApi.GET('/api/v1/traffic/passes', {
            params: { query: { ...asked, limit } },
            signal,
          }),
        ),
      ),
    placeholderData: keepPreviousData,
    ...calmly(query),
  })
}

export function useViolations(query: Ref<RecordQuery>) {
  return useQuery({
    queryKey: computed(() => ['traffic', 'violations', query.value]),
    queryFn: ({ signal }) =>
      readOn(query.value, (asked) =>
        unwrap(clockApi.GET('/api/v1/traffic/violations', { params: { query: asked }, signal })),
      ),
    placeholderData: keepPreviousData,
    ...calmly(query),
  })
}

/** The list as a file, as the server writes it. */
export function fetchTable(kind: 'passes' | 'violations', query: RecordQuery): Promise<Blob> {
  const params = { query: { ...toQuery(query), limit: 5000 } }
  const table =
    kind === 'passes'
      ? api.GET('/api/v1/traffic/passes.csv', { params, parseAs: 'blob' })
      : api.GET('/api/v1/traffic/violations.csv', { params, parseAs: 'blob' })
  return unwrap(table) as Promise<Blob>
}

export function useViolationCodes() {
  return useQuery({
    queryKey: ['traffic', 'codes'],
    queryFn: ({ signal }) => {
      const params = { query: { limit: 500 } }
      return unwrap(api.GET('/api/v1/traffic/violation-codes', { params, signal }))
    },
    staleTime: Infinity,
  })
}

export function useSites(query: Ref<SiteQuery>) {
  return useQuery({
    queryKey: computed(() => ['traffic', 'sites', query.value]),
    queryFn: ({ signal }) =>
      unwrap(clockApi.GET('/api/v1/traffic/sites', { params: { query: query.value }, signal })),
    placeholderData: keepPreviousData,
    ...every(CALM_MS),
  })
}

/** All that is registered of a site, in place of what was; refused where it was changed since. */
export async function registerSite(site: Site, body: SiteChange): Promise<void> {
  const path = { device_id: site.device_id }
  const params = { path, header: { 'if-match': `"${site.version}"` } }
  await unwrap(api.PUT('/api/v1/traffic/sites/{device_id}', { params, body: body as never }))
}

/** Passes of the last hour and today, of all sites or of one. */
export function useTrafficSummary(device: Ref<string | null>) {
  return useQuery({
    queryKey: computed(() => ['traffic', 'summary', device.value]),
    queryFn: ({ signal }) => {
      const query = device.value === null ? {} : { device: device.value }
      return unwrap(clockApi.GET('/api/v1/traffic/summary', { params: { query }, signal }))
    },
    ...every(SUMMARY_MS),
  })
}

/** Counts of a site over the last hours. */
export function useCounts(device: Ref<string>, bucket: Ref<CountWidth>, hours: Ref<number>) {
  return useQuery({
    queryKey: computed(() => ['traffic', 'counts', device.value, bucket.value, hours.value]),
    queryFn: ({ signal }) => {
      const end = new Date()
      const start = new Date(end.getTime() - hours.value * 3_600_000)
      const query = { bucket: bucket.value, start: start.toISOString(), end: end.toISOString() }
      const params = { path: { device_id: device.value }, query }
      return unwrap(clockApi.GET('/api/v1/traffic/sites/{device_id}/counts', { params, signal }))
    },
    ...every(CALM_MS),
  })
}
