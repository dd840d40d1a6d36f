/** What a process says of itself, as short words: facts first, nested ones flattened, lists left out. */
import { formatNumber } from '@/format/number'
import { sayCode } from '@/parts/words'

type Said = Readonly<Record<string, unknown>>

export function sayDetail(detail: Said): string {
  return flat(detail).join(' · ')
}

function flat(detail: Said): string[] {
  return Object.entries(detail).flatMap(([key, value]) => {
    if (value === null || value === '' || value === false || Array.isArray(value)) return []
    if (typeof value === 'object') return flat(value as Said)
    const name = sayCode('processDetail', key)
    if (value === true) return [name]
    return [`${name} ${typeof value === 'number' ? formatNumber(value, 1) : String(value)}`]
  })
}
