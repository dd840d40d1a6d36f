/** Pages, the tab's one socket and a real server. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, nextTick, shallowRef, type EffectScope } from 'vue'

import { alarm, City, device, welcome } from './testServer'
import type { Bbox } from './devices'

const AREA: Bbox = [112, 26, 113, 27]
const HOUR = 3_600_000

let city: City
let scope: EffectScope
const exchange = vi.fn()
const expired = vi.fn()

/** The modules of a new tab. */
async function openTab() {
  vi.resetModules()
  const { keepTokens, dropTokens } = await import('@/session/tokens')
  const { configureRenewal } = await import('@/session/renewal')
  keepTokens({ access: 'a0', refresh: 'r0', expiresAt: Date.now() + HOUR })
  configureRenewal({ exchange, expired: () => (expired(), dropTokens()) })
  const live = await import('./index')
  return { ...live, keepTokens, dropTokens }
}

function setOrigin(port: number): void {
  const { happyDOM } = globalThis as unknown as { happyDOM: { setURL: (url: string) => void } }
  happyDOM.setURL(`http://127.0.0.1:${port}/`)
}

const said = (kind: string) => city.last.said.filter(({ t }) => t === kind)
const came = (count: number) => vi.waitFor(() => expect(city.visits.length).toBe(count), 20_000)
const subscribed = (count = 1) =>
  vi.waitFor(() => expect(said('subscribe').length).toBe(count), 20_000)

beforeEach(async () => {
  localStorage.clear() // a tab before has left its mark of a renewal
  city = new City()
  await city.ready()
  setOrigin(city.port)
  scope = effectScope()
  exchange.mockReset()
  expired.mockReset()
  exchange.mockResolvedValue({ access_token: 'a1', refresh_token: 'r1', expires_in: 3600 })
})

afterEach(async () => {
  scope.stop()
  const { dropTokens } = await import('@/session/tokens')
  dropTokens()
  await nextTick()
  await city.close()
  setOrigin(80)
  vi.resetModules()
})

describe('a token that is refused', () => {
  it('is renewed once, and when that is refused the log-in is the way', async () => {
    const { useLiveAlarms, liveState } = await openTab()
    const { Problem } = await import('@/data/problem')
    exchange.mockRejectedValue(new Problem({ status: 401, code: 'session_ended', detail: '' }))
    city.answer = (_, { peer }) => peer.close(4401, 'session_ended')
    scope.run(() => useLiveAlarms())
    await vi.waitFor(() => expect(expired).toHaveBeenCalledOnce(), 20_000)
    await vi.waitFor(() => expect(liveState.value).toBe('idle'))
  })

  it('is replaced by a new one without a word to the person', async () => {
    const { useLiveAlarms, liveState } = await openTab()
    city.answer = (frame, visit) => {
      if (frame.t === 'hello' && frame.token === 'a0') visit.peer.close(4401, 'invalid_token')
      else welcome(frame, visit)
    }
    scope.run(() => useLiveAlarms())
    await vi.waitFor(() => expect(liveState.value).toBe('live'), 20_000)
    expect(said('hello')).toEqual([{ t: 'hello', token: 'a1' }])
  })
})

describe('a page of a foreign origin', () => {
  it('tries no more', async () => {
    const { useLiveAlarms, liveState } = await openTab()
    city.answer = (_, { peer }) => peer.close(4403, 'origin')
    scope.run(() => useLiveAlarms())
    await vi.waitFor(() => expect(liveState.value).toBe('refused'), 20_000)
    expect(city.visits.length).toBe(1)
  })
})

describe('one socket', () => {
  it('carries what all pages of the tab want, and closes when nobody wants anything', async () => {
    const { useLiveAlarms, useLiveDevices, useLiveFigures } = await openTab()
    scope.run(() => {
      useLiveAlarms()
      useLiveAlarms()
      useLiveFigures()
      useLiveDevices(shallowRef<Bbox | null>(AREA))
    })
    await subscribed()
    expect(said('subscribe')[0]).toMatchObject({
      topics: { devices: { bbox: AREA }, alarms: {}, figures: {} },
    })
    expect(city.visits.length).toBe(1)
    scope.stop()
    await vi.waitFor(() => expect(city.last.peer.readyState).toBe(3), 20_000)
  })

  it('asks for the last of many viewports', async () => {
    const { useLiveDevices } = await openTab()
    const bbox = shallowRef<Bbox | null>(AREA)
    scope.run(() => useLiveDevices(bbox))
    await subscribed()
    for (let step = 1; step <= 5; step += 1) {
      bbox.value = [112 + step / 100, 26, 113, 27]
      await nextTick()
    }
    await vi.waitFor(
      () =>
        expect(said('subscribe').at(-1)).toMatchObject({
          topics: { devices: { bbox: [112.05, 26, 113, 27] } },
        }),
      20_000,
    )
    expect(said('subscribe').length).toBeLessThanOrEqual(3)
  })

  it('tells the server of a renewed token', async () => {
    const { useLiveAlarms, keepTokens, liveState } = await openTab()
    scope.run(() => useLiveAlarms())
    await vi.waitFor(() => expect(liveState.value).toBe('live'), 20_000)
    keepTokens({ access: 'a9', refresh: 'r9', expiresAt: Date.now() + HOUR })
    await vi.waitFor(() => expect(said('renew')).toEqual([{ t: 'renew', token: 'a9' }]), 20_000)
    city.last.tell({ t: 'renew_soon', session_ends_at: '2026-11-26T07:00:00Z' })
    await vi.waitFor(() => expect(exchange).toHaveBeenCalledOnce(), 20_000)
  })
})

describe('devices', () => {
  it('come in a snapshot, change, leave and are told of', async () => {
    const { useLiveDevices } = await openTab()
    const changes = vi.fn()
    const shown = scope.run(() => {
      const live = useLiveDevices(shallowRef<Bbox | null>(AREA))
      live.onChange(changes)
      return live
    })
    await subscribed()
    const topic = 'devices' as const
    const items = [device('A', 112.1, 26.1), device('B', 112.2, 26.2)]
    city.last.tell({ t: 'snapshot', topic, cursor: '1', items })
    await vi.waitFor(() => expect([...(shown?.devices.keys() ?? [])]).toEqual(['A', 'B']))
    city.last.tell({
      t: 'delta',
      topic,
      cursor: '2',
      items: [device('C', 112.3, 26.3), device('B', 150, 20)],
      removed: ['A'],
    })
    await vi.waitFor(() => expect([...(shown?.devices.keys() ?? [])]).toEqual(['C']))
    expect(changes.mock.calls.at(-1)?.[1]).toEqual(['A', 'B'])
    expect(shown?.at.value).toBeGreaterThan(Date.now() - 60_000)
    city.last.tell({ t: 'snapshot', topic, cursor: '3', items: [], too_many: true })
    await vi.waitFor(() => expect(shown?.tooMany.value).toBe(true))
    expect(shown?.devices.size).toBe(0)
  })

  it('are taken up where the line broke', async () => {
    const { useLiveDevices, liveState } = await openTab()
    const shown = scope.run(() => useLiveDevices(shallowRef<Bbox | null>(AREA)))
    await subscribed()
    const topic = 'devices' as const
    city.last.tell({ t: 'snapshot', topic, cursor: 'c7', items: [device('A', 112.1, 26.1)] })
    await vi.waitFor(() => expect(shown?.devices.size).toBe(1))
    city.drop()
    await vi.waitFor(() => expect(liveState.value).toBe('resuming'), 20_000)
    expect(shown?.devices.size).toBe(1) // old, and `at` says how old
    await came(2)
    await subscribed()
    expect(said('hello')).toEqual([{ t: 'hello', token: 'a0', cursor: 'c7' }])
    city.last.tell({
      t: 'delta',
      topic,
      cursor: 'c9',
      items: [device('B', 112.2, 26.2)],
      removed: [],
    })
    await vi.waitFor(() => expect(shown?.devices.size).toBe(2))
  })
})

describe('alarms', () => {
  it('ring when raised while one looks or while the line was lost, not when they were there', async () => {
    const { useLiveAlarms } = await openTab()
    const rung = vi.fn()
    const live = scope.run(() => {
      const found = useLiveAlarms()
      found.onRaised(({ id }) => rung(id))
      return found
    })
    await subscribed()
    const topic = 'alarms' as const
    city.last.tell({ t: 'snapshot', topic, cursor: '1', items: [alarm(1)] })
    city.last.tell({
      t: 'delta',
      topic,
      cursor: '2',
      items: [alarm(2), alarm(1, 'acknowledged')],
      removed: [],
    })
    await vi.waitFor(() => expect(live?.alarms.value.map(({ id }) => id)).toEqual([2, 1]))
    expect(rung.mock.calls).toEqual([[2]])
    city.drop()
    await came(2)
    await subscribed()
    city.last.tell({
      t: 'snapshot',
      topic,
      cursor: '3',
      items: [alarm(4, 'acknowledged'), alarm(3), alarm(2)],
    })
    await vi.waitFor(() => expect(live?.alarms.value.map(({ id }) => id)).toEqual([4, 3, 2]))
    expect(rung.mock.calls).toEqual([[2], [3]])
  })

  it('of one person are not shown to the next', async () => {
    const { useLiveAlarms, dropTokens } = await openTab()
    const live = scope.run(() => useLiveAlarms())
    await subscribed()
    city.last.tell({ t: 'snapshot', topic: 'alarms', cursor: '1', items: [alarm(1)] })
    await vi.waitFor(() => expect(live?.alarms.value.length).toBe(1))
    dropTokens()
    await vi.waitFor(() => expect(live?.alarms.value).toEqual([]))
  })
})
