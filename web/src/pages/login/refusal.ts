/** What a refused log-in asks of the person: pure, so that every refusal is a row of a test. */
import { Problem } from '@/data/problem'
import { formatTime } from '@/format/time'

export interface Refusal {
  /** Key of the sentence that says what happened and what to do. */
  key: string
  named: Record<string, string>
  /** The second factor is wanted (again). */
  asksCode: boolean
}

const ASKS_CODE = new Set(['second_factor_required', 'second_factor_wrong'])
const SAID = new Set([
  'bad_credentials',
  'second_factor_required',
  'second_factor_wrong',
  'locked_out',
  'too_many_logins',
  'unreachable',
])

/** `now` in ms since epoch; the moment a lock ends is told in Asia/Shanghai. */
export function readRefusal(problem: Problem, now: number): Refusal {
  const code = SAID.has(problem.code) ? problem.code : BY_STATUS[problem.status]
  if (!code) return { key: 'login.failed', named: { detail: problem.message }, asksCode: false }
  const wait = problem.retryAfterSeconds
  const until = wait === null ? '' : formatTime(now + wait * 1000)
  const key =
    code === 'locked_out' && !until ? 'login.refused.locked_out_somewhen' : `login.refused.${code}`
  return { key, named: { until }, asksCode: ASKS_CODE.has(code) }
}

const BY_STATUS: Readonly<Record<number, string>> = {
  401: 'bad_credentials',
  // A field that no account can have, such as a code with letters in it.
  422: 'bad_credentials',
  429: 'too_many_logins',
  502: 'unreachable',
  503: 'unreachable',
}
