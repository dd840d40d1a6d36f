/** The wall of pictures. */
import { describe, expect, it } from 'vitest'

import { place, sizeOf } from './wall'

describe('wall', () => {
  it('knows its sizes, and takes four for what it does not know', () => {
    expect(['1', '9', '', '7', 'x'].map(sizeOf)).toEqual([1, 9, 4, 4, 4])
  })

  it('takes down what hangs, and lets the oldest give way where it is full', () => {
    expect(place(['a', 'b'], 'a', 4)).toEqual(['b'])
    expect(place(['a', 'b'], 'c', 4)).toEqual(['a', 'b', 'c'])
    expect(place(['a', 'b', 'c', 'd'], 'e', 4)).toEqual(['b', 'c', 'd', 'e'])
    expect(place(['a'], 'b', 1)).toEqual(['b'])
  })
})
