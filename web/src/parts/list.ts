/** A list of the server as a page shows it: filters in the address bar, one page, its age. */
import { computed, reactive, type Ref, type WritableComputedRef } from 'vue'

import { CALM_MS } from '@/data/polling'

import { useAddress } from './address'
import { useFreshness, type Fresh } from './freshness'

/** What a query of a list gives, whatever its items. */
export interface ListQuery<Item> {
  data: Ref<{ items: Item[]; next?: string | null | undefined } | undefined>
  error: Ref<unknown>
  isPending: Ref<boolean>
  dataUpdatedAt: Ref<number>
  refetch: () => unknown
}

/** A filter that may hold several of a closed list of values. */
interface Several {
  several: readonly string[]
}

/** Filters by name: one or several of a closed list, or null where any text may be asked for. */
type Fields = Readonly<Record<string, readonly string[] | Several | null>>

/** What `ListPage` draws. */
export interface List<Item> {
  readonly items: Item[]
  readonly next: string | null
  /** Begin of this page; empty on the first. */
  readonly after: string
  readonly there: boolean
  readonly pending: boolean
  readonly error: unknown
  readonly fresh: Fresh
  /** Some filter is set. */
  readonly filtered: boolean
  /** How many of the filters with choices are set; words that are searched for are seen anyway. */
  readonly narrowed: number
  clear: () => void
  toFirst: () => void
  retry: () => void
}

/** `ask` is a query of `data/`, which asks again every ten seconds; `words`: fields one types in. */
export function useList<Asked extends object, Item, Named extends Fields>(
  ask: (query: Ref<Asked>) => ListQuery<Item>,
  fields: Named,
  words: readonly (keyof Named & string)[] = ['q'],
) {
  const { set, field, choice, choices } = useAddress()
  const names = Object.keys(fields)
  const searched = new Set<string>(words)
  const filters = Object.fromEntries(
    Object.entries(fields).map(([name, known]) => [name, filter(name, known)]),
  ) as Record<string, WritableComputedRef<string>>
  const after = field('after')

  function filter(name: string, known: Fields[string]): WritableComputedRef<string> {
    if (known === null) return field(name)
    return 'several' in known ? choices(name, known.several) : choice(name, known)
  }

  const query = computed(() => {
    const all = [...names.map((name) => [name, filters[name]?.value]), ['after', after.value]]
    return Object.fromEntries(all.filter(([, value]) => value)) as Asked
  })
  const asked = ask(query)

  const list: List<Item> = reactive({
    items: computed(() => asked.data.value?.items ?? []),
    next: computed(() => asked.data.value?.next ?? null),
    after,
    there: computed(() => asked.data.value !== undefined),
    pending: asked.isPending,
    error: asked.error,
    fresh: useFreshness(asked, CALM_MS),
    narrowed: computed(
      () => names.filter((name) => !searched.has(name) && filters[name]?.value).length,
    ),
    filtered: computed(() => names.some((name) => filters[name]?.value)),
    clear: () => set(Object.fromEntries([...names, 'after'].map((name) => [name, '']))),
    toFirst: () => set({ after: '' }, 'push'),
    retry: () => void asked.refetch(),
  }) as List<Item>
  const named = filters as Record<keyof Named, WritableComputedRef<string>>
  return { list, filters: named, query, set, field }
}
