/** Learning who is logged in after a reload: waited for while the server is away, lost only by 401. */
import { shallowRef } from 'vue'

import { asProblem, type Problem } from '@/data/problem'

import { isLoggedIn, loadMe, me, sessionRefused } from './session'

const LONGEST_WAIT_MS = 5_000

/** What keeps one from arriving at this moment. */
export const hindrance = shallowRef<Problem | null>(null)

let arriving: Promise<boolean> | null = null
let stopWaiting: () => void = () => undefined

/** Resolves to true once it is known who is logged in, to false when nobody is (any more). */
export function arrive(): Promise<boolean> {
  if (!isLoggedIn()) return Promise.resolve(false)
  if (me.value) return Promise.resolve(true)
  arriving ??= untilKnown().finally(() => {
    hindrance.value = null
    arriving = null
  })
  return arriving
}

/** Asks again at once. */
export function tryAgain(): void {
  stopWaiting()
}

async function untilKnown(): Promise<boolean> {
  for (let tries = 0; isLoggedIn(); tries += 1) {
    try {
      await loadMe(tries > 0)
      return isLoggedIn()
    } catch (caught) {
      const problem = asProblem(caught)
      if (problem.status === 401) sessionRefused()
      else await waitOut(problem, tries)
    }
  }
  return false
}

/** ms until the next try: longer each time, and no sooner than the server wishes. */
export function waitMs(problem: Problem, tries: number): number {
  const wished = (problem.retryAfterSeconds ?? 0) * 1000
  return Math.max(wished, Math.min(LONGEST_WAIT_MS, 1_000 * 2 ** tries))
}

function waitOut(problem: Problem, tries: number): Promise<void> {
  hindrance.value = problem
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, waitMs(problem, tries))
    stopWaiting = () => {
      clearTimeout(timer)
      resolve()
    }
  })
}
