import { describe, expect, it } from 'vitest'

import { formatBytes, formatNumber, formatReading, formatShare, withUnit } from './number'

describe('a number', () => {
  it.each([null, undefined, Number.NaN, Number.POSITIVE_INFINITY])(
    'that is %s is unknown and has no unit',
    (value) => {
      expect(formatNumber(value)).toBe('—')
      expect(formatReading(value)).toBe('—')
      expect(formatBytes(value)).toBe('—')
      expect(withUnit(formatReading(value), 'Cel')).toBe('—')
    },
  )

  it.each([
    [0, '0'],
    [1234567, '1,234,567'],
    [-1234.5, '-1,235'],
  ])('%d is written %s', (value, text) => expect(formatNumber(value)).toBe(text))

  it.each([
    [3.14159, '3.142'],
    [61.234, '61.23'],
    [1013.25, '1,013.3'],
    [38, '38'],
  ])('read as %d is shown as %s', (value, text) => expect(formatReading(value)).toBe(text))

  it.each([
    [180, '180 B'],
    [1536, '1.5 kB'],
    [1024 * 1024, '1 MB'],
  ])('of %d bytes is %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text))

  it.each([
    ['Cel', '21.5 °C'],
    ['ug/m3', '21.5 µg/m³'],
    ['hPa', '21.5 hPa'],
    ['1', '21.5'],
    ['deg', '21.5°'],
  ])('in %s is %s', (code, text) => expect(withUnit(formatReading(21.54, 1), code)).toBe(text))

  it('as a share keeps one decimal', () => expect(formatShare(0.9343)).toBe('93.4 %'))
})
