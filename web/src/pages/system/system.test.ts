import { mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it } from 'vitest'

import type { DeviceCount, Ledger } from '@/data/system'
import { i18n, language } from '@/i18n'

import { filling, share } from './filling'
import { imbalance } from './ledger'
import { deviceMatrix } from './matrix'
import LedgerVerdict from './LedgerVerdict.vue'
import { tellDetail } from './processDetail'
import { sayAmount, sayQueue } from './queueNames'

beforeEach(() => (language.value = 'zh'))

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

  it('are counted in the singular too', () => {
    language.value = 'en'
    expect([0, 1, 2].map((n) => sayAmount('jobs', n))).toEqual(['0 jobs', '1 job', '2 jobs'])
  })
})

describe('a process', () => {
  const told = (detail: Record<string, unknown>) => tellDetail(detail).map(({ text }) => text)

  it('without its broker says so first, in red', () => {
    const [first] = tellDetail({ devices: 3, connected: false })
    expect(first).toMatchObject({ text: '未连接消息代理', tone: 'red' })
    expect(first?.icon).not.toBeNull()
  })

  it('tells its last error', () => {
    const [first] = tellDetail({ tally: { stored: 1, last_error: 'disk full' } })
    expect(first).toMatchObject({ text: '最近错误：disk full', tone: 'orange' })
  })

  it('speaks in short words and leaves out what is empty', () => {
    const detail = {
      tally: { stored: 1432, last_error: '' },
      queues: [{}],
      connected: true,
      novel: 'x',
    }
    expect(told(detail)).toEqual(['入库 1,432', '已连接消息代理', 'novel x'])
  })

  it('reads the broker’s figures, which come as text', () => {
    const broker = {
      bytes_held: '98304',
      messages_held: '1200',
      version: 'mosquitto version 2.0.21',
    }
    expect(told({ in_charge: false, broker })).toEqual([
      '待命',
      '占用内存 96 kB',
      '滞留报文 1,200',
      'Mosquitto 2.0.21',
    ])
  })
})

describe('the verdict on the ledger', () => {
  const verdict = (missing: number, fresh = { ageSeconds: 1, stale: false }) =>
    mount(LedgerVerdict, { global: { plugins: [i18n] }, props: { missing, fresh } })

  it('is read out by its word alone, which no figure changes', async () => {
    const wrapper = verdict(3)
    const said = wrapper.find('[role="alert"]').text()
    await wrapper.setProps({ missing: 4 })
    expect(wrapper.text()).toContain('相差 4 条')
    expect(wrapper.find('[role="alert"]').text()).toBe(said)
  })

  it('that is old looks old and tells its age', () => {
    const wrapper = verdict(0, { ageSeconds: 90, stale: true })
    expect(wrapper.text()).toContain('账平 · 2 分钟前')
    expect(wrapper.classes()).toEqual(['verdict', 'old'])
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
