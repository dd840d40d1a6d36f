/** Going through the pictures of records by key. */
import { describe, expect, it } from 'vitest'

import { beginning, stepped, turned } from './stage'

describe('the stage of a record', () => {
  it('shows three pictures side by side, and one alone', () => {
    expect(beginning(3)).toEqual({ mode: 'all', at: 0 })
    expect(beginning(1)).toEqual({ mode: 'one', at: 0 })
    expect(beginning(0)).toEqual({ mode: 'one', at: 0 })
    expect(beginning(3, true).at).toBe(2)
  })

  it('goes from picture to picture, and past the last to the next record', () => {
    expect(stepped({ mode: 'all', at: 0 }, 1, 3)).toEqual({ mode: 'all', at: 1 })
    expect(stepped({ mode: 'all', at: 2 }, 1, 3)).toEqual({ step: 1, fromEnd: false })
    expect(stepped({ mode: 'one', at: 0 }, -1, 1)).toEqual({ step: -1, fromEnd: true })
  })

  it('enlarges the picture that is meant, and takes it back among the others', () => {
    expect(turned({ mode: 'all', at: 2 }, 3)).toEqual({ mode: 'one', at: 2 })
    expect(turned({ mode: 'one', at: 2 }, 3)).toEqual({ mode: 'all', at: 2 })
    expect(turned({ mode: 'one', at: 0 }, 1)).toEqual({ mode: 'one', at: 0 })
  })
})
