import { describe, expect, it } from 'vitest'

import { Problem } from '@/data/problem'
import { knows } from '@/i18n'

import { missingFields } from './fields'
import { safeNext } from './next'
import { readRefusal } from './refusal'

const NOW = Date.parse('2026-11-22T11:00:00Z')

function refused(status: number, code: string, retryAfterSeconds: number | null = null) {
  return readRefusal(new Problem({ status, code, detail: 'said', retryAfterSeconds }), NOW)
}

describe('a refused log-in', () => {
  it.each([
    [401, 'bad_credentials', 'login.refused.bad_credentials', false],
    [422, 'invalid', 'login.refused.bad_credentials', false],
    [401, 'second_factor_required', 'login.refused.second_factor_required', true],
    [401, 'second_factor_wrong', 'login.refused.second_factor_wrong', true],
    [429, 'too_many_logins', 'login.refused.too_many_logins', false],
    [0, 'unreachable', 'login.refused.unreachable', false],
    [502, 'http_502', 'login.refused.unreachable', false],
    [500, 'internal', 'login.failed', false],
  ])('with %d %s says what to do', (status, code, key, asksCode) => {
    const refusal = refused(status, code)
    expect(refusal).toMatchObject({ key, asksCode })
    expect(knows(refusal.key)).toBe(true)
  })

  it('for a locked account tells in city time when to come back', () => {
    expect(refused(429, 'locked_out', 900).named).toEqual({ until: '2026-11-22 19:15:00' })
  })

  it('for a locked account without a time promises none', () => {
    expect(refused(429, 'locked_out').key).toBe('login.refused.locked_out_somewhen')
  })
})

describe('a form not filled in', () => {
  it.each([
    [{ username: ' ', password: '', totp: '' }, true, ['username', 'password', 'totp']],
    [{ username: 'wang', password: 'x', totp: '123' }, true, ['totp']],
    [{ username: 'wang', password: 'x', totp: '' }, false, []],
  ])('%j (code asked: %s) lacks %j', (fields, asksCode, lacks) => {
    expect(missingFields(fields, asksCode)).toEqual(lacks)
    for (const field of lacks) expect(knows(`login.missing.${field}`)).toBe(true)
  })
})

describe('the page after logging in', () => {
  it.each([
    undefined,
    '',
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/login?next=/x',
  ])('is never %j', (asked) => expect(safeNext(asked)).toBe('/'))

  it('is the one asked for', () => {
    expect(safeNext('/devices?kind=sensor')).toBe('/devices?kind=sensor')
  })
})
