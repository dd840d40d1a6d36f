/** The way back through pages by cursor: a cursor only leads on, so each history entry keeps the way. */

export type Trail = readonly string[]

/** Cursors of the pages before this one, as the history entry holds them; the first page is ''. */
export function trailHere(): Trail {
  const { trail } = (history.state ?? {}) as { trail?: unknown }
  return Array.isArray(trail) ? trail.map(String) : []
}

export interface Step {
  after: string
  trail: Trail
}

/** The step on to `next` from the page that begins `after`. */
export function stepOn(trail: Trail, after: string, next: string): Step {
  return { after: next, trail: [...trail, after] }
}

/** The step back; null where nobody knows the way: the page was reached by a link. */
export function stepBack(trail: Trail): Step | null {
  const before = trail.at(-1)
  return before === undefined ? null : { after: before, trail: trail.slice(0, -1) }
}
