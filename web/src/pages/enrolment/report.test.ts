import { describe, expect, it } from 'vitest'

import { refusedCount, reportRows } from './report'

const report = {
  accepted: [
    { row: 5, device_id: 'b' },
    { row: 2, device_id: 'a' },
  ],
  problems: [
    { row: 4, field: 'model', value: 'x', code: 'unknown_model', message: 'no', message_zh: '无' },
    { row: 3, field: '', value: 'y', code: 'more_cells', message: 'more', message_zh: '多' },
    { row: 4, field: 'name', value: '', code: 'required', message: 'empty', message_zh: '空' },
  ],
}

describe('the report on a file', () => {
  it('has every row once, the refused ones first', () => {
    const rows = reportRows(report, 'zh')
    expect(rows.map(({ row }) => row)).toEqual([3, 4, 2, 5])
    expect(rows[1]?.faults).toEqual(['model: 无', 'name: 空'])
    expect(rows[0]?.faults).toEqual(['多'])
  })

  it('speaks the language of the reader', () => {
    expect(reportRows(report, 'en')[0]?.faults).toEqual(['more'])
  })

  it('counts rows, not faults', () => expect(refusedCount(report)).toBe(2))
})
