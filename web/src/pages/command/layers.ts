/** Rows of the layer control: what each layer holds, as far as anybody knows. */
import { translate } from '@/i18n'
import type { Alarm, Figures, LiveDevice } from '@/live'
import type { LayerRow } from '@/map/LayerControl.vue'

import { LAYERS, type LayerKey } from './state'

const WORDS: Readonly<Record<LayerKey, string>> = {
  alarms: 'layer.alarms',
  vehicles: 'layer.vehicles',
  devices: 'layer.devices',
  fields: 'layer.fields',
  components: 'layer.components',
}

interface Known {
  figures: Figures | null
  alarms: readonly Alarm[]
  /** Vehicles in the window. */
  vehicles: number
  /** Components in the window. */
  components: number | null
  /** Fields of view in the window; null where it is too far away to draw any. */
  fields: number | null
  /** There are more vehicles than the feed tells of. */
  tooMany: boolean
}

export function layerRows(known: Known): LayerRow[] {
  const { figures, alarms, vehicles, fields, components, tooMany } = known
  const tooFar: Partial<Record<LayerKey, boolean>> = { vehicles: tooMany, fields: fields === null }
  const counts: Readonly<Record<LayerKey, number | null>> = {
    alarms: alarms.filter(({ state }) => state !== 'shelved').length,
    vehicles: tooMany ? null : vehicles,
    devices: figures?.devices.total ?? null,
    fields,
    components,
  }
  return LAYERS.map((key) => ({
    key,
    label: translate(WORDS[key]),
    count: counts[key],
    ...(tooFar[key] ? { note: translate('map.nearerForThese') } : {}),
  }))
}

/** How many there are of each kind. */
export function byKind(devices: Iterable<Pick<LiveDevice, 'k'>>): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { k } of devices) counts[k] = (counts[k] ?? 0) + 1
  return counts
}
