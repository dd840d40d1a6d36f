import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query'
import { mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, ref } from 'vue'

import { useSeries } from './devices'

const exchange = vi.fn<(request: Request) => Promise<Response>>()

const answer = (body: object) =>
  new Response(JSON.stringify(body), { headers: { 'Content-Type': 'application/json' } })

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('fetch', exchange)
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('the chart of a device', () => {
  it('keeps its last answer while the line is down, and moves on when it is back', async () => {
    exchange.mockImplementation(async () => answer({ points: [], bucket: '1m', unit: 'V' }))
    const view = ref({ quantity: 'battery_voltage', bucket: '1m' as const, window: '1h' })
    const ends = () => ({ start: Date.now() - 3_600_000, end: Date.now() })
    let series: ReturnType<typeof useSeries> | undefined
    const chart = defineComponent({
      setup() {
        series = useSeries(ref('d1'), view, ends, () => 30_000)
        return () => null
      },
    })
    const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } })
    const wrapper = mount(chart, { global: { plugins: [[VueQueryPlugin, { queryClient }]] } })

    await vi.advanceTimersByTimeAsync(100)
    const first = series?.data.value?.span.end
    expect(first).toBeDefined()

    exchange.mockRejectedValue(new TypeError('no network'))
    await vi.advanceTimersByTimeAsync(95_000)
    expect(series?.data.value?.span.end).toBe(first)

    exchange.mockImplementation(async () => answer({ points: [], bucket: '1m', unit: 'V' }))
    await vi.advanceTimersByTimeAsync(31_000)
    expect(series?.data.value?.span.end).toBeGreaterThan(Number(first) + 60_000)
    wrapper.unmount()
  })
})
