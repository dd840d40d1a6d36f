/** What a camera sees of the ground, as a polygon: a sector around where it stands. */

/** m of one degree of latitude; of longitude it is this times the cosine of the latitude. */
const DEGREE_M = 111_320
const STEP_DEG = 6
const RANGE_M = 60

export interface Look {
  lon: number
  lat: number
  /** Degrees clockwise from north. */
  heading: number
  fov: number
  range: number | null
}

/** Corners of the sector, closed, as GeoJSON wants them. */
export function sector({ lon, lat, heading, fov, range }: Look): [number, number][] {
  const radius = (range ?? RANGE_M) / DEGREE_M
  const stretch = 1 / Math.cos((lat * Math.PI) / 180)
  const steps = Math.max(2, Math.ceil(fov / STEP_DEG))
  const arc = Array.from({ length: steps + 1 }, (_, at): [number, number] => {
    const angle = ((heading - fov / 2 + (fov * at) / steps) * Math.PI) / 180
    return [lon + radius * stretch * Math.sin(angle), lat + radius * Math.cos(angle)]
  })
  const apex: [number, number] = [lon, lat]
  return fov >= 360 ? [...arc.slice(0, -1), arc[0] ?? apex] : [apex, ...arc, apex]
}
