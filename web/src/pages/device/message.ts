/** One message in words, part by part: a line breaks between them. */
import type { Quantity } from '@/data/devices'
import type { Message } from '@/data/messages'
import { formatNumber, formatReading, withUnit } from '@/format/number'
import { UNKNOWN } from '@/format/time'
import { translate } from '@/i18n'
import { sayReason } from '@/pages/deadletters/letter'
import { sayCode, sayName } from '@/parts/words'

import { sayPlace } from './place'
import { kmh } from './speed'

type Vehicle = NonNullable<Message['vehicle']>
type Refusal = NonNullable<Message['refusal']>

export function sayContent(message: Message, quantities: readonly Quantity[]): string[] {
  const { values, position, vehicle, event } = message
  const parts = values.map((value) => sayValue(value, quantities))
  if (position) {
    const { place, speed_mps, heading_deg } = position
    parts.push(sayPlace(place), saySpeed(speed_mps))
    parts.push(withUnit(formatReading(heading_deg), '°'))
  }
  if (vehicle) parts.push(...sayVehicle(vehicle))
  if (event) parts.push(sayCode('deviceEvent', event.name), event.detail ?? '')
  return parts.filter(Boolean)
}

/** `1732600000 / 1,024`: start of the device, and number since then. */
export function sayNumber({ boot, seq }: Message): string {
  return boot === null || seq === null ? UNKNOWN : `${boot} / ${formatNumber(seq)}`
}

/** Seconds between the device's time and ours. */
export function underWay({ time, received_at }: Message): number | null {
  return time === null ? null : Math.max(0, (Date.parse(received_at) - Date.parse(time)) / 1000)
}

export function sayRefusal(refusal: Refusal): string {
  return translate(refusal.whole ? 'messages.refused' : 'messages.refusedValue', {
    reason: sayReason(refusal),
  })
}

/** Names a message once, and a refused value beside it. */
export function keyOf({ boot, seq, refusal }: Message): string {
  return refusal ? `letter ${refusal.letter}` : `${boot} ${seq}`
}

function sayValue(value: Message['values'][number], quantities: readonly Quantity[]): string {
  const known = quantities.find(({ key }) => key === value.quantity)
  const name = known ? sayName(known) : value.quantity
  return `${name} ${withUnit(formatReading(value.value, known?.decimals), value.unit)}`
}

function saySpeed(mps: number | null): string {
  return withUnit(formatReading(kmh(mps)), 'km/h')
}

function sayVehicle({ code, plate, plate_colour, vehicle_class, lane, ...speeds }: Vehicle) {
  const { speed_mps, limit_mps } = speeds
  return [
    code ? translate('messages.code', { code }) : '',
    plate || translate('messages.noPlate'),
    sayCode('plateColour', plate_colour),
    sayCode('vehicleClass', vehicle_class),
    translate('messages.lane', { n: lane }),
    speed_mps === null ? '' : saySpeed(speed_mps),
    limit_mps ? translate('messages.limit', { speed: saySpeed(limit_mps) }) : '',
  ]
}
