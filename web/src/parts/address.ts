/** Filters and cursor in the address bar: a reload, a link and the back button keep them. */
import { computed, type WritableComputedRef } from 'vue'
import { useRoute, useRouter, type LocationQuery } from 'vue-router'

import { trailHere, type Trail } from './trail'

/** A query value as one plain string, empty when absent. */
export function single(query: LocationQuery, key: string): string {
  const value = query[key]
  return (Array.isArray(value) ? value[0] : value) ?? ''
}

/** The values of a field that holds several. */
export function split(field: string): string[] {
  return field ? field.split(',') : []
}

/** The query with changes laid over it; empty values leave the address, a filter restarts paging. */
export function patched(query: LocationQuery, changes: Record<string, string>): LocationQuery {
  const paging = 'after' in changes || 'letter' in changes
  const kept = paging ? query : { ...query, after: undefined }
  const entries = Object.entries({ ...kept, ...changes }).filter(([, value]) => value)
  return Object.fromEntries(entries) as LocationQuery
}

export function useAddress() {
  const route = useRoute()
  const router = useRouter()

  function set(
    changes: Record<string, string>,
    how: 'replace' | 'push' = 'replace',
    trail: Trail = trailHere(),
  ): void {
    const query = patched(route.query, changes)
    // The first page has no way behind it.
    void router[how]({ query, state: { trail: query['after'] ? [...trail] : [] } })
  }

  function field(key: string): WritableComputedRef<string> {
    return computed({
      get: () => single(route.query, key),
      set: (value) => set({ [key]: value ?? '' }),
    })
  }

  /** A field of a closed list; what somebody else typed into the address is no filter. */
  function choice<Value extends string>(
    key: string,
    known: readonly Value[],
  ): WritableComputedRef<Value | '', string> {
    return computed({
      get: () => known.find((value) => value === single(route.query, key)) ?? '',
      set: (value: string) => set({ [key]: value ?? '' }),
    })
  }

  /** Some of a closed list, with commas between: in the list's order, without what it lacks. */
  function choices(key: string, known: readonly string[]): WritableComputedRef<string> {
    return computed({
      get: () => {
        const named = split(single(route.query, key))
        return known.filter((value) => named.includes(value)).join(',')
      },
      set: (value) => set({ [key]: value ?? '' }),
    })
  }

  return { set, field, choice, choices }
}
