import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { Problem } from '@/data/problem'

import { arrive, hindrance, tryAgain, waitMs } from './arrival'
import { endedBy, logOut, me, startSession } from './session'
import { keepTokens, tokens } from './tokens'

const exchange = vi.fn<() => Promise<Response>>()

function answer(status: number, body: object): Response {
  const type = status < 400 ? 'application/json' : 'application/problem+json'
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': type } })
}

const settled = () => vi.advanceTimersByTimeAsync(1)

beforeEach(async () => {
  vi.useFakeTimers()
  vi.stubGlobal('fetch', exchange)
  keepTokens({ access: 'a', refresh: 'r', expiresAt: Date.now() + 900_000 })
  me.value = null
  await startSession(() => undefined)
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('after a reload', () => {
  it('is a session kept and waited for while the server is away', async () => {
    exchange.mockRejectedValueOnce(new TypeError('no network'))
    exchange.mockImplementationOnce(async () => answer(503, { code: 'unavailable' }))
    exchange.mockImplementationOnce(async () => answer(429, { code: 'too_many' }))
    exchange.mockImplementationOnce(async () => answer(200, { username: 'wang' }))
    const arrived = arrive()
    await settled()
    expect(hindrance.value?.code).toBe('unreachable')
    for (const code of ['unavailable', 'too_many']) {
      tryAgain()
      await settled()
      expect(hindrance.value?.code).toBe(code)
    }
    tryAgain()
    expect(await arrived).toBe(true)
    expect(hindrance.value).toBeNull()
    expect(tokens.value?.refresh).toBe('r')
  })

  it('does it end by the server’s refusal alone', async () => {
    exchange.mockImplementation(async () => answer(401, { code: 'session_ended' }))
    const arrived = arrive()
    await vi.advanceTimersByTimeAsync(2_000)
    expect(await arrived).toBe(false)
    expect(endedBy.value).toBe('expired')
    expect(tokens.value).toBeNull()
  })

  it('can a person leave instead of waiting', async () => {
    exchange.mockRejectedValue(new TypeError('no network'))
    const arrived = arrive()
    await settled()
    logOut()
    tryAgain()
    expect(await arrived).toBe(false)
    expect(endedBy.value).toBe('left')
  })
})

describe('the time between two tries', () => {
  const problem = (retryAfterSeconds: number | null) =>
    new Problem({ status: 503, code: 'x', detail: '', retryAfterSeconds })

  it.each([
    [null, 0, 1_000],
    [null, 2, 4_000],
    [null, 9, 5_000],
    [8, 0, 8_000],
  ])('with Retry-After %s at try %d is %d ms', (wished, tries, ms) => {
    expect(waitMs(problem(wished), tries)).toBe(ms)
  })
})
