/** A closed list of values as choices of a filter, in words. */
import { sayCode } from './words'

export interface Choice {
  value: string
  label: string
}

export function choicesOf(list: string, values: readonly string[]): Choice[] {
  return values.map((value) => ({ value, label: sayCode(list, value) }))
}
