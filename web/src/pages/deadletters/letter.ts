/** Reasons of dead letters and sentences about one. */
import type { DeadLetter } from '@/data/deadletters'
import { entries, translate } from '@/i18n'
import { sayCode, sayName } from '@/parts/words'

type Named = Pick<DeadLetter, 'reason' | 'reason_name_zh' | 'reason_name_en'>
type Hindered = Pick<DeadLetter, 'replayable' | 'whole' | 'stream'>

/** Reasons to filter by, in the order a message meets them on its way in. */
export const REASONS = entries('reason')

/** The catalogue's name, as the filter has it; the server's for a reason that is newer than this. */
export function sayReason({ reason, reason_name_zh, reason_name_en }: Named): string {
  const known = REASONS.includes(reason)
  return known
    ? sayCode('reason', reason)
    : sayName({ name_zh: reason_name_zh, name_en: reason_name_en })
}

/** Why a letter can never be replayed; empty where it can. The order is the server's. */
export function sayHindrance({ replayable, whole, stream }: Hindered): string {
  if (replayable) return ''
  if (!whole) return translate('letters.hindrance.single')
  return translate(stream === 'status' ? 'letters.hindrance.status' : 'letters.hindrance.cut')
}
