/** What the server finds wrong with a field, in the reader's words at the field. */
import type { FieldError } from '@/data/problem'
import { knows, translate } from '@/i18n'

const VARIANTS = new Set(['threshold', 'liveness', 'gap'])

/** `condition.steps.0.limit` of `body.rule.condition.threshold.steps.0.limit`: what is only the name
 *  of a variant is no part of the field. */
export function fieldName(field: string): string {
  return field
    .replace(/^body\./, '')
    .replace(/^rule\./, '')
    .split('.')
    .filter((part) => !VARIANTS.has(part))
    .join('.')
}

/** The first number that the rule names. */
function numberIn(message: string): string {
  return /-?\d+(?:\.\d+)?/.exec(message)?.[0] ?? ''
}

export function sayField({ code, message }: FieldError): string {
  const key = `fieldRule.${code}`
  return knows(key)
    ? translate(key, { n: numberIn(message) })
    : message.replace(/^Value error, /, '')
}

/** By field; the first rule that a field breaks speaks for it. */
export function sayFields(errors: readonly FieldError[]): Record<string, string> {
  const said: Record<string, string> = {}
  for (const error of errors) said[fieldName(error.field)] ??= sayField(error)
  return said
}

/** What is wrong with a field or with any part of it: `target` of `target.devices.3`. */
export function wrongAt(wrong: Readonly<Record<string, string>>, name: string): string {
  const at = Object.keys(wrong).find((key) => key === name || key.startsWith(`${name}.`))
  return at === undefined ? '' : (wrong[at] ?? '')
}
