/** What the command screen shows, kept in the address bar: a reload or a link shows the same. */
import { computed, shallowRef, watch, type ShallowRef, type WritableComputedRef } from 'vue'

import type { MapView } from '@/map/mercator'
import { readView, sameView, writeView } from '@/map/view'
import { useAddress } from '@/parts/address'

export const LAYERS = ['alarms', 'vehicles', 'devices', 'fields', 'components'] as const
export type LayerKey = (typeof LAYERS)[number]

/** Layers that are not drawn unless somebody asks: a screen is not begun with all there is. */
export const HIDDEN_AT_FIRST: readonly LayerKey[] = []

const NONE = 'none'

/** `components,devices`; nothing said means how the screen begins. */
export function readHidden(text: string): readonly LayerKey[] {
  if (text === '') return HIDDEN_AT_FIRST
  const named = text.split(',')
  return LAYERS.filter((layer) => named.includes(layer))
}

export function writeHidden(hidden: readonly string[]): string {
  const known = LAYERS.filter((layer) => hidden.includes(layer))
  if (known.join() === HIDDEN_AT_FIRST.join()) return ''
  return known.join(',') || NONE
}

/** What lies over the map: one panel at a time, beside the alarm that is open in the rail. */
export interface Chosen {
  what: 'device' | 'component' | 'alarm'
  ref: string
}

export interface CommandState {
  /** Null until somebody has looked somewhere: then the map begins at home. */
  view: ShallowRef<MapView | null>
  hidden: WritableComputedRef<readonly string[]>
  device: WritableComputedRef<string>
  component: WritableComputedRef<string>
  alarm: WritableComputedRef<number | null, number | null>
  /** Which alarms the rail shows: a severity, `waiting`, or all of them. */
  rail: WritableComputedRef<string>
  /** Opens one thing: a panel keeps the alarm it was opened for, an alarm closes the panels. */
  choose: (chosen: Chosen) => void
  /** Closes what lies over the map. */
  closePanel: () => void
}

/** ms of rest after which the view is written down. */
const SETTLED_MS = 400

export function useCommandState(): CommandState {
  const { field, set } = useAddress()
  const at = field('at')
  const off = field('off')
  const device = field('device')
  const component = field('component')
  const alarmText = field('alarm')
  const rail = field('rail')

  const view = shallowRef<MapView | null>(readView(at.value))
  let timer: ReturnType<typeof setTimeout> | undefined

  watch(view, (looked) => {
    clearTimeout(timer)
    if (!looked) return
    timer = setTimeout(() => {
      if (at.value !== writeView(looked)) at.value = writeView(looked)
    }, SETTLED_MS)
  })

  // Somebody followed a link to another place of the same page.
  watch(at, (text) => {
    const wanted = readView(text)
    if (wanted && !(view.value && sameView(view.value, wanted))) view.value = wanted
  })

  function choose({ what, ref }: Chosen): void {
    set({ device: '', component: '', [what]: ref })
  }

  function closePanel(): void {
    set({ device: '', component: '' })
  }

  return {
    view,
    hidden: computed({
      get: () => readHidden(off.value),
      set: (hidden) => (off.value = writeHidden(hidden)),
    }),
    device,
    component,
    alarm: computed({
      get: () => (/^\d+$/.test(alarmText.value) ? Number(alarmText.value) : null),
      set: (id: number | null) => (alarmText.value = id === null ? '' : String(id)),
    }),
    rail,
    choose,
    closePanel,
  }
}
