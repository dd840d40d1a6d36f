/** The line itself: waits, sleep, silence. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { CLOSED, pauseMs } from './backoff'
import { Line } from './line'
import type { LiveState } from './state'
import { City } from './testServer'

describe('the pause before the next try', () => {
  it.each([
    [0, 1006, 0, 250],
    [0, 1006, 1, 500],
    [3, 1006, 1, 4_000],
    [99, 1006, 1, 15_000],
    [0, CLOSED.tryLater, 1, 5_000],
    [0, CLOSED.badFrame, 1, 15_000],
    [0, CLOSED.tooSlow, 0, 1_000],
  ])('after %d failures, the last with %d, at chance %d is %d ms', (failures, code, chance, ms) => {
    expect(pauseMs(failures, code, chance)).toBe(ms)
  })
})

describe('a line', () => {
  let city: City
  let line: Line
  const states: LiveState[] = []

  beforeEach(async () => {
    city = new City()
    await city.ready()
    const { port } = city
    states.length = 0
    line = new Line({
      url: () => `ws://127.0.0.1:${port}/`,
      token: () => Promise.resolve('a'),
      hello: (token) => [{ t: 'hello', token }],
      hear: () => undefined,
      tokenRefused: () => Promise.resolve(false),
      state: (state) => states.push(state),
    })
  })
  afterEach(async () => {
    line.close()
    vi.restoreAllMocks()
    await city.close()
  })

  const is = (state: LiveState) => vi.waitFor(() => expect(states.at(-1)).toBe(state), 30_000)

  it('is found dead after an hour asleep, and taken up at once', async () => {
    line.open()
    await is('live')
    city.answer = () => undefined // the machine slept so long that the other end is no more
    const slept = Date.now() + 3_600_000
    vi.spyOn(Date, 'now').mockImplementation(() => slept)
    await vi.waitFor(() => expect(city.last.said.at(-1)).toEqual({ t: 'ping' }), 10_000)
    await is('resuming')
    await vi.waitFor(() => expect(city.visits.length).toBe(2), 10_000)
  })

  it('that answers after a sleep is kept', async () => {
    line.open()
    await is('live')
    const slept = Date.now() + 3_600_000
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => slept)
    await vi.waitFor(() => expect(city.last.said.at(-1)).toEqual({ t: 'ping' }), 10_000)
    clock.mockRestore()
    await new Promise((resolve) => setTimeout(resolve, 3_500))
    expect(city.visits.length).toBe(1)
    expect(states.at(-1)).toBe('live')
  })

  it('that cannot be taken up is lost, and is tried on', async () => {
    line.open()
    await is('live')
    const { port } = city
    await city.close()
    await is('resuming')
    const later = Date.now() + 20_000
    vi.spyOn(Date, 'now').mockImplementation(() => later)
    await is('lost')
    vi.restoreAllMocks()
    city = new City(port)
    dispatchEvent(new Event('online'))
    await is('live')
  })
})
