/** Sentences that several pages say: ages, names in the reader's language, refusals. */
import { asProblem, type Problem } from '@/data/problem'
import { formatNumber } from '@/format/number'
import { roughSpan, UNKNOWN } from '@/format/time'
import { knows, language, translate } from '@/i18n'

/** `12 秒前`; the dash when unknown. */
export function sayAge(seconds: number | null): string {
  if (seconds === null) return UNKNOWN
  const { key, n } = roughSpan(seconds)
  return translate(`age.${key}`, { n: formatNumber(n) })
}

/** `90 秒`, `2 小时`: a length of time. */
export function saySpan(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return UNKNOWN
  if (seconds < 10) return translate('span.seconds', { n: formatNumber(seconds, 1) })
  const { key, n } = roughSpan(seconds)
  return translate(`span.${key}`, { n: formatNumber(n) })
}

/** Word for a value of an open list, e.g. `reason.too_old`; the value itself when it is new to us. */
export function sayCode(list: string, value: string): string {
  const key = `${list}.${value.replaceAll(' ', '_')}`
  return knows(key) ? translate(key) : value
}

const DISTRICT_DIGITS = 6

/** District by name; the digits below it (street, community) follow as they are. */
export function sayDivision(code: string): string {
  const district = sayCode('division', code.slice(0, DISTRICT_DIGITS))
  return code.length > DISTRICT_DIGITS ? `${district} ${code.slice(DISTRICT_DIGITS)}` : district
}

export function sayName(named: { name_zh: string; name_en: string }): string {
  return language.value === 'zh' ? named.name_zh : named.name_en
}

/** What happened and what to do, for people. Where we have no words for the very problem, those
 *  for its kind, and the server's own beneath as a technical note. */
export function sayProblem(caught: unknown): string {
  const problem = asProblem(caught)
  const own = `problem.${problem.code}`
  if (knows(own)) return translate(own, { detail: sayRule(problem) })
  const kind = `problem.http_${problem.status}`
  const words = translate(knows(kind) ? kind : 'problem.other')
  if (!problem.message) return words
  return `${words}\n${translate('state.technical', { detail: problem.message })}`
}

/** The broken rule in words with its number; the server's where the rule is new to us. */
function sayRule({ rule, limit, message }: Problem): string {
  const key = `passwordRule.${rule ?? ''}`
  return rule && knows(key) ? translate(key, { n: limit ?? 0 }) : message
}
