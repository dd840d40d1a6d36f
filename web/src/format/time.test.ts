/** These run in New York (vite.config.ts): the city's time must not depend on the machine. */
import { describe, expect, it } from 'vitest'

import { ageSeconds, formatClock, formatTime, roughSpan, shanghaiToUtc, UNKNOWN } from './time'

describe('a moment', () => {
  it.each([null, undefined, '', 'yesterday'])('that is %j is unknown, not zero', (moment) => {
    expect(formatTime(moment)).toBe(UNKNOWN)
    expect(formatClock(moment)).toBe(UNKNOWN)
    expect(ageSeconds(moment, 0)).toBeNull()
  })

  it.each([
    ['2026-11-22T11:05:03Z', '2026-11-22 19:05:03'],
    ['2026-11-22T16:00:00Z', '2026-11-23 00:00:00'],
    ['2026-12-31T23:59:59Z', '2027-01-01 07:59:59'],
  ])('%s is %s in the city', (utc, wall) => {
    expect(formatTime(utc)).toBe(wall)
    expect(shanghaiToUtc(wall)).toBe(new Date(utc).toISOString())
  })

  it('ahead of the clock is no negative age', () => {
    expect(ageSeconds('2026-11-22T11:05:03Z', Date.parse('2026-11-22T11:05:00Z'))).toBe(0)
  })
})

describe('a span', () => {
  it.each([
    [0, 'seconds', 0],
    [89, 'seconds', 89],
    [200, 'minutes', 3],
    [5400, 'hours', 2],
    [200_000, 'days', 2],
  ] as const)('of %d s is told in %s', (seconds, key, n) => {
    expect(roughSpan(seconds)).toEqual({ key, n })
  })
})
