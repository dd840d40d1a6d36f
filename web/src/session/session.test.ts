import { beforeEach, describe, expect, it, vi } from 'vitest'

import { Problem } from '@/data/problem'

import { IDLE_LIMIT_MS, noticeSeconds } from './idle'
import { shouldAdopt } from './peers'
import { configureRenewal, renewTokens } from './renewal'
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
  it.each([
    [0, null],
    [IDLE_LIMIT_MS - 60_001, null],
    [IDLE_LIMIT_MS - 60_000, 60],
    [IDLE_LIMIT_MS - 500, 1],
    [IDLE_LIMIT_MS + 500, 0],
  ])('after %d ms is warned with %s', (idle, seconds) => {
    expect(noticeSeconds(idle)).toBe(seconds)
  })
})
