/** What of a record's pictures is on the stage, and where the keys lead. */

/** All side by side, or one alone. */
export type Mode = 'all' | 'one'

export interface Stage {
  mode: Mode
  /** Which picture is meant. */
  at: number
}

/** A step to the next record, seen from its first or its last picture. */
export interface Leap {
  step: 1 | -1
  fromEnd: boolean
}

/** Several pictures of one act tell together; a single one is alone anyway. */
export function beginning(pictures: number, fromEnd = false): Stage {
  return { mode: pictures > 1 ? 'all' : 'one', at: fromEnd ? Math.max(0, pictures - 1) : 0 }
}

/** One picture on or back; past either end to the neighbouring record. */
export function stepped(stage: Stage, step: 1 | -1, pictures: number): Stage | Leap {
  const at = stage.at + step
  return at >= 0 && at < pictures ? { ...stage, at } : { step, fromEnd: step < 0 }
}

/** Alone, or back among the others. */
export function turned({ mode, at }: Stage, pictures: number): Stage {
  return { mode: mode === 'all' || pictures < 2 ? 'one' : 'all', at }
}
