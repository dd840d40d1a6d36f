/** How a lane is told where its approach is registered, and where not. */
import { describe, expect, it } from 'vitest'

import type { Site } from '@/data/traffic'

import { sayLane, sayLanes } from './lane'

type Lane = Site['lanes'][number]

const lane = (n: number, approach: Lane['approach'], number: number | null) =>
  ({ lane: n, approach, approach_lane: number }) as Lane

describe('a lane', () => {
  it('is told by its number where nobody has registered it', () => {
    expect(sayLane(lane(5, null, null))).toBe('5 号车道')
    expect(sayLanes({ lanes: [lane(1, null, null), lane(4, null, null)] })).toBe('1 · 4')
  })

  it('is told on its approach', () => {
    expect(sayLane(lane(5, 'n', 2))).toBe('北进口 2车道')
    const lanes = [lane(1, 'n', 1), lane(2, 'n', 2), lane(3, 'e', 1), lane(9, null, null)]
    expect(sayLanes({ lanes })).toBe('北进口 2 · 东进口 1 · 9')
  })

  it('is a dash where there is none', () => {
    expect(sayLanes({ lanes: [] })).toBe('—')
  })
})
