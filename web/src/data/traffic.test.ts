/** How the one field for a plate and a speed in km/h become what the server takes. */
import { describe, expect, it } from 'vitest'

import { laneLines } from '@/charts/lanes'

import { toQuery } from './traffic'

describe('a query of records', () => {
  it('searches for no plate by less than two signs', () => {
    expect(toQuery({ plate: 'D' })).toEqual({})
  })

  it('takes a short text as a part and a long one as the whole plate', () => {
    expect(toQuery({ plate: '12345' })).toEqual({ plate_part: '12345' })
    expect(toQuery({ plate: '湘D·12 345' })).toEqual({ plate: '湘D12345' })
  })

  it('asks for metres per second', () => {
    expect(toQuery({ speed: '36', lane: '2' })).toEqual({ speed_from: 10, lane: '2' })
  })
})

describe('lines of lanes', () => {
  it('are in the order of the lanes and torn where nobody passed', () => {
    const point = (minute: number, lane: number) => ({
      time: new Date(minute * 60_000).toISOString(),
      lane,
      count: 1,
    })
    const lines = laneLines([point(0, 2), point(0, 1), point(1, 1), point(9, 1)], 60_000)
    expect([...lines.keys()]).toEqual([1, 2])
    expect(lines.get(1)?.map(([, count]) => count)).toEqual([1, 1, null, 1])
  })
})
