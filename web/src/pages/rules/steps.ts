/** Whether the limits of a rule make sense, said before the server must. */
import type { Severity } from '@/data/alarms'

import type { RuleForm, StepForm } from './ruleForm'

export type Fault = 'number' | 'implausible' | 'clear' | 'order' | 'clearOrder' | 'graver'

/** From the mildest to the gravest. */
const RISING: readonly Severity[] = ['blue', 'yellow', 'orange', 'red']

interface Range {
  plausible_min: number | null
  plausible_max: number | null
}

function numberOf(text: string): number | null {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  return Number.isFinite(value) ? value : null
}

/** The first fault of each step, null where there is none. */
export function stepFaults(
  { op, steps }: Pick<RuleForm, 'op' | 'steps'>,
  range: Range | undefined,
): (Fault | null)[] {
  const rises = op === '>' || op === '>='
  const beyond = (value: number, other: number) => (rises ? value > other : value < other)
  return steps.map((step, at) => faultOf(step, steps[at - 1], beyond, range))
}

function faultOf(
  step: StepForm,
  before: StepForm | undefined,
  beyond: (value: number, other: number) => boolean,
  range: Range | undefined,
): Fault | null {
  const limit = numberOf(step.limit)
  if (limit === null || (step.clear.trim() !== '' && numberOf(step.clear) === null)) return 'number'
  if (outside(limit, range)) return 'implausible'
  const clear = numberOf(step.clear) ?? limit
  if (beyond(clear, limit)) return 'clear'
  if (!before) return null
  const milder = numberOf(before.limit)
  if (milder === null) return null
  if (!beyond(limit, milder)) return 'order'
  if (beyond(numberOf(before.clear) ?? milder, clear)) return 'clearOrder'
  return RISING.indexOf(step.severity) > RISING.indexOf(before.severity) ? null : 'graver'
}

function outside(limit: number, range: Range | undefined): boolean {
  const { plausible_min: min, plausible_max: max } = range ?? {}
  return (min != null && limit < min) || (max != null && limit > max)
}

/** The step that comes after the last: one colour graver, its limit still to be said. */
export function nextStep(steps: readonly StepForm[]): StepForm | null {
  const last = steps.at(-1)
  const severity = RISING[last ? RISING.indexOf(last.severity) + 1 : 0]
  return severity ? { severity, limit: '', clear: '' } : null
}
