import { describe, expect, it } from 'vitest'

import type { DeviceCount, Ledger } from '@/data/system'

import { filling, share } from './filling'
import { imbalance } from './ledger'
import { deviceMatrix } from './matrix'

describe('the ledger', () => {
  const ledger = (deliveries: number): Ledger => ({
    deliveries,
    stored: 90,
    duplicates: 7,
    dead_letters: 3,
    replayed: 1,
    gaps: { open: 0, healed: 0, lost: 0 },
  })

  it.each([
    [101, 1],
    [99, -1],
    [100, 0],
  ])('of %d deliveries is %d apart', (deliveries, apart) => {
    expect(imbalance(ledger(deliveries))).toBe(apart)
  })
})

describe('a queue', () => {
  it.each([
    [5, null, null, 'calm'],
    [0, 0, null, 'calm'],
    [69, 100, 0.69, 'calm'],
    [70, 100, 0.7, 'filling'],
    [90, 100, 0.9, 'full'],
    [200, 100, 1, 'full'],
  ] as const)('of %d with limit %s', (length, limit, part, word) => {
    expect(share({ length, limit })).toBe(part)
    expect(filling({ length, limit })).toBe(word)
  })
})

describe('the table of devices', () => {
  const counts = [
    { kind: 'sensor', state: 'online', count: 7 },
    { kind: 'sensor', state: 'late', count: 2 },
    { kind: 'drone', state: 'online', count: 1 },
  ] as unknown as DeviceCount[]
  const matrix = deviceMatrix(counts)

  it('adds up by row, by column and in all', () => {
    expect(matrix.rows.find(({ kind }) => kind === 'sensor')?.total).toBe(9)
    expect(matrix.totals.find(({ state }) => state === 'online')?.count).toBe(8)
    expect(matrix.total).toBe(10)
  })

  it('shows a kind that it has never heard of', () => {
    expect(matrix.rows.at(-1)?.kind).toBe('drone')
  })
})
