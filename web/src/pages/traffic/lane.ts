/** A lane in words: on its approach where that is registered, else by the site's own number. */
import type { Site } from '@/data/traffic'
import { UNKNOWN } from '@/format/time'
import { translate } from '@/i18n'
import { sayCode } from '@/parts/words'

export interface LanePlace {
  lane: number
  approach: string | null
  approach_lane: number | null
}

/** `北进口 2车道`, or `2 号车道`. */
export function sayLane({ lane, approach, approach_lane: number }: LanePlace): string {
  if (!approach || number === null) return translate('messages.lane', { n: lane })
  return translate('traffic.approachLane', { approach: sayCode('approach', approach), n: number })
}

/** All lanes of a site in short: `北进口 3 · 东进口 2`, or their numbers. */
export function sayLanes({ lanes }: Pick<Site, 'lanes'>): string {
  const counts = new Map<string, number>()
  const loose: number[] = []
  for (const { lane, approach } of lanes) {
    if (approach) counts.set(approach, (counts.get(approach) ?? 0) + 1)
    else loose.push(lane)
  }
  const told = [...counts].map(([approach, n]) =>
    translate('traffic.approachLanes', { approach: sayCode('approach', approach), n }),
  )
  return [...told, ...loose].join(' · ') || UNKNOWN
}
