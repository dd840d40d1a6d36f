/** How near a queue is to its limit. */
import type { Queue } from '@/data/system'

export type Filling = 'calm' | 'filling' | 'full'

const FILLING_FROM = 0.7
const FULL_FROM = 0.9

/** Length over limit between 0 and 1; null without a limit. */
export function share({ length, limit }: Pick<Queue, 'length' | 'limit'>): number | null {
  return limit === null || limit <= 0 ? null : Math.min(1, length / limit)
}

export function filling(queue: Pick<Queue, 'length' | 'limit'>): Filling {
  const part = share(queue) ?? 0
  if (part >= FULL_FROM) return 'full'
  return part >= FILLING_FROM ? 'filling' : 'calm'
}
