/** When a lost line is tried again: longer each time, and never all tabs of a city at once. */

const FIRST_MS = 500
const LONGEST_MS = 15_000

/** What the server says by closing, beside a plain loss. */
export const CLOSED = {
  restart: 1012,
  tryLater: 1013,
  badFrame: 4400,
  token: 4401,
  origin: 4403,
  tooSlow: 4408,
} as const

/** At least so long is waited after some ways of ending: the other side has no use for haste. */
const AT_LEAST_MS: Partial<Record<number, number>> = {
  [CLOSED.tryLater]: 5_000,
  [CLOSED.badFrame]: 15_000,
  [CLOSED.tooSlow]: 2_000,
}

/** ms until the next try after `failures` in a row, the last of which closed with `code`;
 *  `chance` is 0 to 1. */
export function pauseMs(failures: number, code: number, chance: number): number {
  const grown = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 10))
  return Math.max(grown, AT_LEAST_MS[code] ?? 0) * (0.5 + chance / 2)
}
