/** Honest lines: where nothing was measured, nothing is drawn. */

/** Lifts the line between two points further apart than `tornAfterMs`; null: nobody knows. */
export function withHoles<Point>(
  points: readonly Point[],
  at: (point: Point) => number,
  tornAfterMs: number | null,
  hole: (x: number) => Point,
): Point[] {
  if (tornAfterMs === null) return [...points]
  return points.flatMap((point, index) => {
    const before = points[index - 1]
    const torn = before !== undefined && at(point) - at(before) > tornAfterMs
    return torn ? [hole(at(before) + 1), point] : [point]
  })
}
