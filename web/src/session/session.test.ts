import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { Problem } from '@/data/problem'

import { noticeSeconds } from './idle'
import { shouldAdopt } from './peers'
import { configureRenewal, renewTokens } from './renewal'
import { forgetTouch, noteUse, touchSoon, TOUCH_EVERY_MS } from './use'
import { dropTokens, keepTokens, renewalDelay, tokens, tokensFrom } from './tokens'

const pair = (refresh: string) => ({
  access: `a-${refresh}`,
  refresh,
  expiresAt: Date.now() + 900_000,
})
const issued = (n: number) => ({ access_token: `a${n}`, refresh_token: `r${n}`, expires_in: 900 })

describe('tokens', () => {
  it('are renewed before they end', () => {
    expect(renewalDelay({ ...pair('r'), expiresAt: 900_000 }, 0)).toBe(810_000)
    expect(renewalDelay({ ...pair('r'), expiresAt: 60_000 }, 0)).toBe(40_000)
    expect(renewalDelay({ ...pair('r'), expiresAt: 1_000 }, 5_000)).toBe(0)
  })

  it('outlive a reload of this tab and no longer', () => {
    sessionStorage.clear() // one process runs all files: others leave marks of their own
    keepTokens(tokensFrom(issued(1), 0))
    expect(sessionStorage.length).toBe(1)
    expect(localStorage.getItem('hengyang.tokens')).toBeNull()
    dropTokens()
    expect(sessionStorage.length).toBe(0)
  })
})

describe('another tab', () => {
  it('is not believed when it renewed somebody else’s tokens', () => {
    expect(shouldAdopt(pair('mine'), 'theirs')).toBe(false)
  })

  it('is believed by a tab with nothing, or with the token that was replaced', () => {
    expect(shouldAdopt(null, null)).toBe(true)
    expect(shouldAdopt(pair('old'), 'old')).toBe(true)
  })
})

describe('renewal', () => {
  const expired = vi.fn()
  const exchange = vi.fn()

  beforeEach(() => {
    expired.mockReset()
    exchange.mockReset()
    keepTokens(pair('r0'))
    configureRenewal({ exchange, expired })
  })

  it('ends the session when the server refuses the refresh token', async () => {
    exchange.mockRejectedValue(new Problem({ status: 401, code: 'session_ended', detail: '' }))
    expect(await renewTokens()).toBe(false)
    expect(expired).toHaveBeenCalledOnce()
  })

  it.each([0, 429, 503])('keeps the session when the answer is %d', async (status) => {
    exchange.mockRejectedValue(new Problem({ status, code: 'x', detail: '' }))
    expect(await renewTokens()).toBe(false)
    expect(expired).not.toHaveBeenCalled()
    expect(tokens.value?.refresh).toBe('r0')
  })

  it('spends a refresh token once, however many requests wait for it', async () => {
    exchange.mockResolvedValue(issued(1))
    expect(await Promise.all([renewTokens(), renewTokens(), renewTokens()])).toEqual([
      true,
      true,
      true,
    ])
    expect(exchange).toHaveBeenCalledExactlyOnceWith('r0')
    expect(tokens.value).toMatchObject({ access: 'a1', refresh: 'r1' })
  })
})

describe('an idle desk', () => {
  const HOUR = 3_600_000
  it.each([
    [0, HOUR, null],
    [HOUR - 60_001, HOUR, null],
    [HOUR - 60_000, HOUR, 60],
    [HOUR - 500, HOUR, 1],
    [HOUR + 500, HOUR, 0],
    [29_000, 60_000, null],
    [31_000, 60_000, 29],
  ])('after %d ms of %d is warned with %s', (idle, limit, seconds) => {
    expect(noticeSeconds(idle, limit)).toBe(seconds)
  })
})

describe('hands that ask nothing', () => {
  const touch = vi.fn()

  beforeEach(() => {
    vi.useFakeTimers()
    touch.mockReset()
    forgetTouch()
    noteUse()
  })
  afterEach(() => vi.useRealTimers())

  it('touch the session once, half a minute after its last use', () => {
    for (let second = 0; second < 30; second += 1) {
      touchSoon(touch)
      vi.advanceTimersByTime(1_000)
    }
    expect(touch).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1_000)
    expect(touch).toHaveBeenCalledOnce()
  })

  it('touch it at once when it has long been unused', () => {
    vi.advanceTimersByTime(2 * TOUCH_EVERY_MS)
    touchSoon(touch)
    vi.advanceTimersByTime(0)
    expect(touch).toHaveBeenCalledOnce()
  })

  it('leave it alone when a request has said so first', () => {
    vi.advanceTimersByTime(20_000)
    touchSoon(touch)
    vi.advanceTimersByTime(5_000)
    noteUse()
    vi.advanceTimersByTime(2 * TOUCH_EVERY_MS)
    expect(touch).not.toHaveBeenCalled()
  })
})
