import { describe, expect, it } from 'vitest'

import { allStand, laddersOf, levelsOf, stands } from './ladder'

const levels = [
  { severity: 'red' as const, level: 2, after_minutes: 10, to_role: 'commander' },
  { severity: 'red' as const, level: 1, after_minutes: 5, to_role: 'operator' },
]

describe('the matrix of escalation', () => {
  it('gives back the levels that it was made of, counted from 1', () => {
    expect(levelsOf(laddersOf(levels))).toEqual([levels[1], levels[0]])
  })

  it.each([
    [[{ minutes: '', role: 'operator' }], 0],
    [[{ minutes: '0', role: 'operator' }], 0],
    [[{ minutes: '1.5', role: 'operator' }], 0],
    [[{ minutes: '10081', role: 'operator' }], 0],
    [[{ minutes: '5', role: '' }], 0],
    [
      [
        { minutes: '5', role: 'operator' },
        { minutes: '5', role: 'commander' },
      ],
      1,
    ],
  ])('has no level like the last of %j', (rungs, at) => expect(stands(rungs, at)).toBe(false))

  it('stands where each level is later than the one before', () => {
    expect(allStand(laddersOf(levels))).toBe(true)
  })
})
