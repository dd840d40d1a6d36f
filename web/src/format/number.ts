/** Numbers as people read them: thousands separated, unknown is a dash and never zero. */
import { UNKNOWN } from './time'
import { unitSymbol } from './units'

type Maybe = number | null | undefined

function known(value: Maybe): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

/** `1,234,567`; at most `digits` decimals. */
export function formatNumber(value: Maybe, digits = 0): string {
  if (!known(value)) return UNKNOWN
  return value.toLocaleString('en-US', { maximumFractionDigits: digits })
}

/** A measured value with the digits that its quantity is worth; by its size where nobody says. */
export function formatReading(value: Maybe, decimals?: number): string {
  if (!known(value)) return UNKNOWN
  const size = Math.abs(value)
  return formatNumber(value, decimals ?? (size < 10 ? 3 : size < 1000 ? 2 : 1))
}

/** `12.5 °C` of `12.5` and `Cel`; the unit stays away when the value is unknown. */
export function withUnit(text: string, code: string): string {
  const symbol = unitSymbol(code)
  if (text === UNKNOWN || symbol === '') return text
  // Degrees of an angle stand at the figure, all other units apart from it.
  return symbol === '°' ? `${text}°` : `${text} ${symbol}`
}

const BYTE = [1, 'B'] as const
const SIZES: readonly (readonly [number, string])[] = [[1024 * 1024, 'MB'], [1024, 'kB'], BYTE]

/** `1.5 kB`. */
export function formatBytes(bytes: Maybe): string {
  if (!known(bytes)) return UNKNOWN
  const [divisor, unit] = SIZES.find(([limit]) => bytes >= limit) ?? BYTE
  return `${formatNumber(bytes / divisor, divisor === 1 ? 0 : 1)} ${unit}`
}

/** `93.4 %` of a share between 0 and 1. */
export function formatShare(share: Maybe, digits = 1): string {
  return known(share) ? `${formatNumber(share * 100, digits)} %` : UNKNOWN
}
