/** Speeds as people of the street say them. */

/** Kilometres per hour of metres per second, to a tenth. */
export function kmh(mps: number | null | undefined): number | null {
  return mps === null || mps === undefined ? null : Math.round(mps * 36) / 10
}
