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

const ASKS_CODE = new Set(['totp_required', 'totp_invalid'])
const SAID = new Set([
  'totp_required',
  'totp_invalid',
  'wrong_credentials',
  'locked_out',
  'user_disabled',
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
  400: 'wrong_credentials',
  401: 'wrong_credentials',
  403: 'user_disabled',
  423: 'locked_out',
  429: 'locked_out',
  502: 'unreachable',
  503: 'unreachable',
}
