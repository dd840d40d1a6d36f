/** The wall of pictures. */
import { describe, expect, it } from 'vitest'

import { filled, place, sizeOf } from './wall'

describe('wall', () => {
  it('knows its sizes, and takes four for what it does not know', () => {
    expect(['1', '9', '', '7', 'x'].map((text) => sizeOf(text))).toEqual([1, 9, 4, 4, 4])
  })

  it('takes down what hangs, and lets the oldest give way where it is full', () => {
    expect(place(['a', 'b'], 'a', 4)).toEqual(['b'])
    expect(place(['a', 'b'], 'c', 4)).toEqual(['a', 'b', 'c'])
    expect(place(['a', 'b', 'c', 'd'], 'e', 4)).toEqual(['b', 'c', 'd', 'e'])
    expect(place(['a'], 'b', 1)).toEqual(['b'])
  })

  it('fills its empty places with cameras that show something', () => {
    const list = ['a', 'b', 'c', 'd'].map((device_id) => ({
      device_id,
      state: device_id === 'b' ? 'stale' : 'online',
    }))
    expect(filled(['c'], list, 4)).toEqual(['c', 'a', 'd'])
    expect(filled([], list, 1)).toEqual(['a'])
    expect(sizeOf('', true)).toBe(1)
  })
})
