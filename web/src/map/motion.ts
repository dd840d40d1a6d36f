/** Where a vehicle is drawn between two fixes: along the straight line, and never beyond the last. */
import { metresBetween, type MercatorPoint } from './mercator'

export interface Fix {
  /** Device time, ms since epoch. */
  at: number
  place: MercatorPoint
  /** Degrees clockwise from north. */
  heading: number | null
}

export interface Track {
  from: MercatorPoint
  to: MercatorPoint
  heading: number | null
  /** Device time of the last fix. */
  fixedAt: number
  /** When its glide began, and how long it takes, ms on the clock of the page. */
  begunAt: number
  glideMs: number
  /** How far apart its fixes have been of late, ms; null after the first. */
  everyMs: number | null
}

/** What takes longer or leads farther is no drive that was seen: it is shown as a jump. */
const LONGEST_GLIDE_MS = 30_000
const FARTHEST_GLIDE_M = 1_500
/** A vehicle says something at least so often, as long as nobody knows its pace. */
const USUAL_EVERY_MS = 10_000
/** Three fixes have not come, and the network has had its moment. */
const MISSED = 3
const NETWORK_MS = 2_000

/** The track after a fix that came at `now`; the same track when the fix is no newer. */
export function nextTrack(track: Track | undefined, fix: Fix, now: number): Track {
  if (track && fix.at <= track.fixedAt) return track
  if (!track) return standing(fix, now)
  const everyMs = Math.min(60_000, Math.max(500, fix.at - track.fixedAt))
  const from = whereIs(track, now)
  const glideMs = fix.at - track.fixedAt
  const far = metresBetween(from, fix.place) > FARTHEST_GLIDE_M
  if (glideMs > LONGEST_GLIDE_MS || far) return { ...standing(fix, now), everyMs }
  return {
    from,
    to: fix.place,
    heading: fix.heading ?? courseOf(from, fix.place) ?? track.heading,
    fixedAt: fix.at,
    begunAt: now,
    glideMs,
    everyMs,
  }
}

function standing({ at, place, heading }: Fix, now: number): Track {
  return { from: place, to: place, heading, fixedAt: at, begunAt: now, glideMs: 0, everyMs: null }
}

export function whereIs(track: Track, now: number): MercatorPoint {
  const { from, to, begunAt, glideMs } = track
  if (glideMs <= 0) return to
  const part = Math.min(1, Math.max(0, (now - begunAt) / glideMs))
  return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part }
}

export function isGliding(track: Track, now: number): boolean {
  return (
    now < track.begunAt + track.glideMs &&
    (track.from.x !== track.to.x || track.from.y !== track.to.y)
  )
}

/** How long it takes to glide so far (on the unit square), ms; Infinity when it stands. */
export function msToMove(track: Track, distance: number, now: number): number {
  if (!isGliding(track, now)) return Infinity
  const way = Math.hypot(track.to.x - track.from.x, track.to.y - track.from.y)
  return (distance * track.glideMs) / way
}

/** Its fixes have stopped: the next three should have been here. `now` on the device's clock too,
 *  because what was old when it was first seen is silent from the start. */
export function isSilent(track: Track, now: number): boolean {
  const patience = MISSED * (track.everyMs ?? USUAL_EVERY_MS) + NETWORK_MS
  const heardAt = track.everyMs === null ? Math.min(track.begunAt, track.fixedAt) : track.begunAt
  return now - heardAt > patience
}

function courseOf(from: MercatorPoint, to: MercatorPoint): number | null {
  if (from.x === to.x && from.y === to.y) return null
  const degrees = (Math.atan2(to.x - from.x, from.y - to.y) * 180) / Math.PI
  return (degrees + 360) % 360
}
