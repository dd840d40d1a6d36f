/** Sentences about one dead letter. */
import type { DeadLetter } from '@/data/deadletters'
import { translate } from '@/i18n'
import { sayName } from '@/parts/words'

type Named = Pick<DeadLetter, 'reason_name_zh' | 'reason_name_en'>
type Hindered = Pick<DeadLetter, 'replayable' | 'whole' | 'stream'>

export function sayReason({ reason_name_zh, reason_name_en }: Named): string {
  return sayName({ name_zh: reason_name_zh, name_en: reason_name_en })
}

/** Why a letter can never be replayed; empty where it can. The order is the server's. */
export function sayHindrance({ replayable, whole, stream }: Hindered): string {
  if (replayable) return ''
  if (!whole) return translate('letters.hindrance.single')
  return translate(stream === 'status' ? 'letters.hindrance.status' : 'letters.hindrance.cut')
}
