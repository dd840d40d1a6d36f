import { describe, expect, it } from 'vitest'

import type { DeviceCount, Ledger } from '@/data/system'

import { filling, share } from './filling'
import { imbalance } from './ledger'
import { deviceMatrix } from './matrix'
import { sayDetail } from './processDetail'
import { sayAmount, sayQueue } from './queueNames'

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

describe('names of queues', () => {
  it.each([
    ['ingest-1:intake', 12, 'ingest-1 · 待入库', '12 条'],
    ['broker:bytes_held', 2048, '消息代理 · 占用内存', '2 kB'],
    ['jobs', 0, '待办任务', '0 项'],
    ['worker-1:novelty', 3, 'worker-1 · novelty', '3 条'],
  ])('%s', (name, length, said, amount) => {
    expect(sayQueue(name)).toBe(said)
    expect(sayAmount(name, length)).toBe(amount)
  })
})

describe('a process', () => {
  it('speaks in short words and leaves out what is empty', () => {
    const detail = {
      tally: { stored: 1432, last_error: '' },
      queues: [{}],
      connected: true,
      novel: 'x',
    }
    expect(sayDetail(detail)).toBe('入库 1,432 · 已连接代理 · novel x')
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
