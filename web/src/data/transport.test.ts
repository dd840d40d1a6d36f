import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { keepTokens } from '@/session/tokens'

import { api, clockApi } from './client'
import { connectionState, lastGoodAt } from './connection'
import { every, retries } from './polling'
import { Problem } from './problem'
import { reach, unwrap } from './transport'

const exchange = vi.fn<(request: Request, init?: RequestInit) => Promise<Response>>()

function problem(status: number, code: string): Response {
  return new Response(JSON.stringify({ code, detail: 'said' }), {
    status,
    headers: { 'Content-Type': 'application/problem+json' },
  })
}

const json = (body: unknown) =>
  new Response(JSON.stringify(body), { headers: { 'Content-Type': 'application/json' } })

/** Never answers; like the browser's it is ended by its signal. */
const hanging = (_: Request, init?: RequestInit) =>
  new Promise<Response>((_resolve, reject) => {
    init?.signal?.addEventListener('abort', () => reject(init.signal?.reason))
  })

const ask = () => new Request('http://city.test/api/v1/me')

beforeEach(async () => {
  vi.stubGlobal('fetch', exchange)
  exchange.mockReset().mockImplementation(async () => json({}))
  keepTokens({ access: 'a', refresh: 'r', expiresAt: Date.now() + 900_000 })
  await reach(ask())
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('a request without an answer', () => {
  it('is given up', async () => {
    exchange.mockImplementation(hanging)
    await expect(reach(ask(), 20)).rejects.toMatchObject({ status: 0, code: 'unreachable' })
    expect(connectionState.value).toBe('lost')
  })

  it('says after five seconds that the line is lost, while one still waits', async () => {
    vi.useFakeTimers({ now: Date.now() + 1_000 })
    exchange.mockImplementation(hanging)
    void reach(ask()).catch(() => undefined)
    await vi.advanceTimersByTimeAsync(4_900)
    expect(connectionState.value).toBe('live')
    await vi.advanceTimersByTimeAsync(200)
    expect(connectionState.value).toBe('lost')
  })

  it('says nothing of a line on which later ones are answered', async () => {
    vi.useFakeTimers({ now: Date.now() + 1_000 })
    exchange.mockImplementationOnce(hanging)
    void reach(ask()).catch(() => undefined)
    await vi.advanceTimersByTimeAsync(3_000)
    await reach(ask())
    await vi.advanceTimersByTimeAsync(3_000)
    expect(connectionState.value).toBe('live')
  })

  it('that its page gave up itself is no sign of anything', async () => {
    exchange.mockImplementation(hanging)
    const gone = new AbortController()
    const asked = reach(new Request(ask(), { signal: gone.signal }))
    gone.abort()
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' })
    expect(connectionState.value).toBe('live')
  })
})

describe('an answer of 503', () => {
  it('by a proxy for a dead server is a lost line', async () => {
    exchange.mockResolvedValue(new Response('<html>', { status: 503 }))
    await reach(ask())
    expect(connectionState.value).toBe('lost')
  })

  it('by our own server says that its database is away, and nothing new has come', async () => {
    const before = lastGoodAt.value
    exchange.mockImplementation(async () => problem(503, 'unavailable'))
    await expect(unwrap(clockApi.GET('/api/v1/me'))).rejects.toMatchObject({ status: 503 })
    expect(connectionState.value).toBe('impaired')
    expect(lastGoodAt.value).toBe(before)
    exchange.mockImplementation(async () => json({}))
    await unwrap(clockApi.GET('/api/v1/me'))
    expect(connectionState.value).toBe('live')
  })

  it('because the question was too big leaves the line alone', async () => {
    exchange.mockImplementation(async () => problem(503, 'too_slow'))
    await expect(unwrap(clockApi.GET('/api/v1/me'))).rejects.toMatchObject({ code: 'too_slow' })
    expect(connectionState.value).toBe('live')
  })
})

describe('asking again', () => {
  const failed = (status: number, code: string) => new Problem({ status, code, detail: '' })

  it.each([
    [503, 'too_slow', false],
    [422, 'invalid', false],
    [503, 'unavailable', true],
    [500, 'request_failed', true],
  ])('after %d %s: %s', (status, code, again) => {
    expect(retries(0, failed(status, code))).toBe(again)
    expect(retries(1, failed(status, code))).toBe(false)
  })

  it('by the clock stops at a question that is too big for the server', () => {
    const { refetchInterval } = every(2_000)
    expect(refetchInterval({ state: { error: failed(503, 'too_slow') } })).toBe(false)
    expect(refetchInterval({ state: { error: failed(503, 'unavailable') } })).toBe(2_000)
    expect(refetchInterval({ state: { error: null } })).toBe(2_000)
  })
})

describe('what the session counts as use', () => {
  const sent = () => exchange.mock.lastCall?.[0].headers.get('X-Background')

  it('is no question by the clock', async () => {
    await clockApi.GET('/api/v1/me')
    expect(sent()).toBe('1')
  })

  it('is every act of a person', async () => {
    await api.GET('/api/v1/me')
    expect(sent()).toBeNull()
    await api.POST('/api/v1/me/totp')
    expect(sent()).toBeNull()
  })
})
