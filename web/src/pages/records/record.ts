/** A pass or a violation in words. */
import type { TrafficRecord } from '@/data/traffic'
import { formatReading, withUnit } from '@/format/number'
import { UNKNOWN } from '@/format/time'
import { language, translate } from '@/i18n'
import { sayLane } from '@/pages/traffic/lane'
import { sayCode } from '@/parts/words'

/** `45.2 km/h` of metres per second. */
export function saySpeed(mps: number | null | undefined): string {
  if (mps === null || mps === undefined) return UNKNOWN
  return withUnit(formatReading(Math.round(mps * 36) / 10), 'km/h')
}

/** The plate as it may be seen; what has no form of one says so. */
export function sayPlate({ plate, plate_form: isPlate }: TrafficRecord): string {
  if (!plate) return translate('messages.noPlate')
  return isPlate ? plate : translate('records.oddPlate', { plate })
}

/** Where it was: crossing and lane where they are registered, else the site's name. */
export function sayWhere(record: TrafficRecord): string {
  const { crossing, direction, approach, site_name: name } = record
  if (!crossing) return name
  if (approach) return `${crossing} ${sayLane(record)}`
  return direction ? `${crossing} ${sayCode('direction', direction)}` : crossing
}

/** What the code means; the code alone where the list lacks it. */
export function sayViolation(record: TrafficRecord): string {
  const { code = '', code_name_zh: zh, code_name_en: en } = record
  const name = language.value === 'zh' ? zh : en
  return name ? `${code} ${name}` : code
}

/** `52.1 km/h / 40 km/h`: as driven, and as permitted. */
export function sayExcess({ speed_mps: speed, limit_mps: limit }: TrafficRecord): string {
  return limit ? `${saySpeed(speed)} / ${saySpeed(limit)}` : saySpeed(speed)
}
