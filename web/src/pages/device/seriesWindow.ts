/** The window and bucket of the chart, kept in the address bar and moving with the clock. */
import { computed, type Ref } from 'vue'

import { useAddress } from '@/parts/address'
import { now } from '@/parts/now'

import { chooseBucket, offeredBuckets, spanOf, WINDOWS, type WindowName } from './window'

export function useSeriesWindow(interval: Ref<number | null>) {
  const { field, set } = useAddress()
  const asked = field('window')
  const askedBucket = field('bucket')
  const start = field('start')
  const end = field('end')

  const name = computed<WindowName>(() => WINDOWS.find((known) => known === asked.value) ?? '24h')

  // Two numbers, not one new object every second: a query is asked anew only when they move.
  const startAt = computed(() => current()?.start ?? null)
  const endAt = computed(() => current()?.end ?? null)
  const span = computed(() =>
    startAt.value === null || endAt.value === null
      ? null
      : { start: startAt.value, end: endAt.value },
  )

  function current() {
    return spanOf(name.value, now.value, { start: start.value, end: end.value })
  }

  const seconds = computed(() => (span.value ? (span.value.end - span.value.start) / 1000 : 0))
  const offered = computed(() => offeredBuckets(seconds.value, interval.value))
  const bucket = computed(() => chooseBucket(askedBucket.value, offered.value, seconds.value))

  /** A custom window begins with what is on the screen; a named one forgets the custom ends. */
  function choose(wanted: WindowName): void {
    const custom = wanted === 'custom' && span.value
    const iso = (moment: number) => new Date(moment).toISOString()
    set({
      window: wanted,
      bucket: '',
      start: custom ? iso(custom.start) : '',
      end: custom ? iso(custom.end) : '',
    })
  }

  return { name, span, offered, bucket, askedBucket, start, end, choose }
}

export type SeriesWindow = ReturnType<typeof useSeriesWindow>
