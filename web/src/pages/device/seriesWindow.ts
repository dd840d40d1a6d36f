/** The window and bucket of the chart, kept in the address bar and moving with the clock. */
import { computed, type Ref } from 'vue'

import { serverNow } from '@/data/connection'
import type { TimeSpan } from '@/data/devices'
import { useAddress } from '@/parts/address'

import { chooseBucket, offeredBuckets, spanOf, WINDOWS, type WindowName } from './window'

export function useSeriesWindow(interval: Ref<number | null>) {
  const { field, set } = useAddress()
  const asked = field('window')
  const askedBucket = field('bucket')
  const start = field('start')
  const end = field('end')

  const name = computed<WindowName>(() => WINDOWS.find((known) => known === asked.value) ?? '24h')

  /** The ends as they are at this moment; null while custom ones are unfinished. */
  function ends(): TimeSpan | null {
    return spanOf(name.value, serverNow(), { start: start.value, end: end.value })
  }

  // Of a named window the length never changes, however the clock runs.
  const seconds = computed(() => {
    const span = ends()
    return span ? (span.end - span.start) / 1000 : 0
  })
  const offered = computed(() => offeredBuckets(seconds.value, interval.value))
  const bucket = computed(() => chooseBucket(askedBucket.value, offered.value, seconds.value))

  /** A custom window begins with what is on the screen; a named one forgets the custom ends. */
  function choose(wanted: WindowName): void {
    const custom = wanted === 'custom' ? ends() : null
    const iso = (moment: number) => new Date(moment).toISOString()
    set({
      window: wanted,
      bucket: '',
      start: custom ? iso(custom.start) : '',
      end: custom ? iso(custom.end) : '',
    })
  }

  return { name, ends, seconds, offered, bucket, askedBucket, start, end, choose }
}

export type SeriesWindow = ReturnType<typeof useSeriesWindow>
