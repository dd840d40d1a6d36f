/** Rows of the layer control: what each layer holds, as far as anybody knows. */
import type { MapLayer } from '@/data/gis'
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

export function layerRows(
  figures: Figures | null,
  alarms: readonly Alarm[],
  registry: readonly MapLayer[] | undefined,
  tooMany: boolean,
): LayerRow[] {
  const counts: Readonly<Record<LayerKey, number | null>> = {
    alarms: alarms.filter(({ state }) => state !== 'shelved').length,
    vehicles: null,
    devices: figures?.devices.total ?? null,
    components: countOf(registry, 'components'),
  }
  return LAYERS.map((key) => ({
    key,
    label: translate(WORDS[key]),
    count: counts[key],
    ...(key === 'vehicles' && tooMany ? { note: translate('map.nearerForThese') } : {}),
  }))
}

/** What the registry says of a layer, where it counts. */
function countOf(registry: readonly MapLayer[] | undefined, key: string): number | null {
  const layer = registry?.find((one) => one.key === key) as { count?: unknown } | undefined
  return typeof layer?.count === 'number' ? layer.count : null
}
