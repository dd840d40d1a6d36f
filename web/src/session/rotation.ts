/** One renewal among several tabs where the browser has no locks (plain HTTP): a mark, then talk. */

const KEY = 'hengyang.rotation'

/** A mark older than this was left by a tab that has gone. */
const MARK_HOLDS_MS = 12_000
/** Two tabs that write at the same moment see by then who was last. */
const SETTLE_MS = 60

interface Mark {
  of: string
  by: string
  at: number
}

const self = crypto.getRandomValues(new Uint32Array(2)).join('-')

/** ms by which this tab comes later than others that were woken at the same moment. */
export const JITTER_MS = Math.random() * 250

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

/** A token's shadow: enough to tell it from another, and of no use to a thief (FNV-1a, 32 bits). */
export function shadow(token: string): string {
  let hash = 0x811c9dc5
  for (const character of token) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  }
  return (hash >>> 0).toString(36)
}

function readMark(): Mark | null {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? 'null') as Mark | null
  } catch {
    return null
  }
}

/** Whether another tab is about to spend this token. */
function taken(token: string): boolean {
  const mark = readMark()
  return (
    mark !== null &&
    mark.of === shadow(token) &&
    mark.by !== self &&
    Date.now() - mark.at < MARK_HOLDS_MS
  )
}

/** Runs `act` in one tab only; the others wait until `spent` or until the mark has run out. */
export async function alone<Result>(
  token: string,
  spent: () => boolean,
  act: () => Promise<Result>,
): Promise<Result> {
  await pause(JITTER_MS)
  do {
    while (!spent() && taken(token)) await pause(SETTLE_MS)
    if (spent()) return act()
    localStorage.setItem(KEY, JSON.stringify({ of: shadow(token), by: self, at: Date.now() }))
    await pause(SETTLE_MS)
  } while (taken(token))
  // The mark stays: it is of a spent token, or makes the next tab wait a while after a failure.
  return act()
}
