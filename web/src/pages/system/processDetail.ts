/** What a process says of itself, one fact a row: in words, with a tone where it is trouble. */
import type { Component } from 'vue'
import { CircleCheckFilled, CircleCloseFilled, WarningFilled } from '@element-plus/icons-vue'

import { formatBytes, formatNumber } from '@/format/number'
import { translate } from '@/i18n'
import type { Tone } from '@/parts/tones'
import { sayCode } from '@/parts/words'

export interface Told {
  key: string
  text: string
  tone: Tone
  icon: Component | null
}

type Said = Readonly<Record<string, unknown>>
type Tell = (key: string, value: unknown) => Omit<Told, 'key'> | null

function plain(text: string): Omit<Told, 'key'> {
  return { text, tone: 'quiet', icon: null }
}

/** The broker tells its figures as text. */
function toNumber(value: unknown): number {
  return value === '' || value === null ? Number.NaN : Number(value)
}

/** Name and value; true alone is the name, and what is empty is not told. */
const anything: Tell = (key, value) => {
  if (value === null || value === '' || value === false) return null
  const name = sayCode('processDetail', key)
  if (value === true) return plain(name)
  const number = toNumber(value)
  return plain(`${name} ${Number.isNaN(number) ? String(value) : formatNumber(number, 1)}`)
}

const connected: Tell = (_, value) =>
  value
    ? { ...plain(translate('processDetail.connected')), tone: 'green', icon: CircleCheckFilled }
    : { ...plain(translate('processDetail.unconnected')), tone: 'red', icon: CircleCloseFilled }

const either =
  (yes: string, no: string): Tell =>
  (_, value) =>
    plain(sayCode('processDetail', value ? yes : no))

const lastError: Tell = (key, value) =>
  value
    ? {
        ...plain(`${sayCode('processDetail', key)}${String(value)}`),
        tone: 'orange',
        icon: WarningFilled,
      }
    : null

const bytes: Tell = (key, value) =>
  plain(`${sayCode('processDetail', key)} ${formatBytes(toNumber(value))}`)

/** `mosquitto version 2.0.21` is a name and a number. */
const version: Tell = (key, value) => {
  const [, number] = /(\d+(?:\.\d+)+)/.exec(String(value)) ?? []
  return plain(`${sayCode('processDetail', key)} ${number ?? String(value)}`)
}

const ROWS: Readonly<Record<string, Tell>> = {
  connected,
  in_charge: either('in_charge', 'standing_by'),
  relay: either('relay', 'standing_by'),
  last_error: lastError,
  bytes_held: bytes,
  version,
}

/** Facts in the order told, trouble first; nested ones flattened, lists left out. */
export function tellDetail(detail: Said): Told[] {
  const told = flat(detail)
  const trouble = ({ tone }: Told) => tone === 'red' || tone === 'orange'
  return [...told.filter(trouble), ...told.filter((one) => !trouble(one))]
}

function flat(detail: Said): Told[] {
  return Object.entries(detail).flatMap(([key, value]) => {
    if (Array.isArray(value)) return []
    if (typeof value === 'object' && value !== null) return flat(value as Said)
    const said = (ROWS[key] ?? anything)(key, value)
    return said ? [{ key, ...said }] : []
  })
}
