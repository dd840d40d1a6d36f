/** Rows of the layer control: what each layer holds, as far as anybody knows. */
import { translate } from '@/i18n'
import type { Alarm, Figures } from '@/live'
import type { LayerRow } from '@/map/LayerControl.vue'

import { LAYERS, type LayerKey } from './state'

const WORDS: Readonly<Record<LayerKey, string>> = {
  alarms: 'layer.alarms',
  vehicles: 'layer.vehicles',
  devices: 'layer.devices',
  components: 'layer.components',
}

interface Known {
  figures: Figures | null
  alarms: readonly Alarm[]
  /** Vehicles in the window. */
  vehicles: number
  /** Components in the window. */
  components: number | null
  /** There are more vehicles than the feed tells of. */
  tooMany: boolean
}

export function layerRows({ figures, alarms, vehicles, components, tooMany }: Known): LayerRow[] {
  const counts: Readonly<Record<LayerKey, number | null>> = {
    alarms: alarms.filter(({ state }) => state !== 'shelved').length,
    vehicles: tooMany ? null : vehicles,
    devices: figures?.devices.total ?? null,
    components,
  }
  return LAYERS.map((key) => ({
    key,
    label: translate(WORDS[key]),
    count: counts[key],
    ...(key === 'vehicles' && tooMany ? { note: translate('map.nearerForThese') } : {}),
  }))
}
