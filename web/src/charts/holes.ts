/** Honest lines: where nothing was measured, nothing is drawn. */

/** Where the line is lifted: an x between two points further apart than 1.5 steps, with no value. */
export function withHoles<Point>(
  points: readonly Point[],
  at: (point: Point) => number,
  stepMs: number | null,
  hole: (x: number) => Point,
): Point[] {
  if (stepMs === null) return [...points]
  return points.flatMap((point, index) => {
    const before = points[index - 1]
    const torn = before !== undefined && at(point) - at(before) > 1.5 * stepMs
    return torn ? [hole(at(before) + stepMs), point] : [point]
  })
}
