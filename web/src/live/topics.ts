/** What a page takes from the live feed: devices of a viewport, alarms, figures. */
import { shallowReactive, shallowRef, type Ref, type ShallowRef } from 'vue'

import type { Alarm, Bbox, Figures, LiveDevice } from './protocol'

export type Stop = () => void

type Changed = (changed: LiveDevice[], removed: string[]) => void

export interface LiveDevices {
  /** By device id; reactive as a whole, its values are replaced, never changed. */
  devices: Map<string, LiveDevice>
  /** Told of each snapshot and delta once they are in `devices`; for the map, which draws itself. */
  onChange: (callback: Changed) => Stop
  /** More devices than a snapshot may hold: `devices` is empty and the tiles show clusters. */
  tooMany: Ref<boolean>
  /** ms since epoch on this machine's clock when what is shown was last known to be true. */
  at: Ref<number | null>
}

export interface LiveAlarms {
  /** Open ones, the newest first. */
  alarms: ShallowRef<Alarm[]>
  /** Told of alarms raised while one looks, not of those that were there. */
  onRaised: (callback: (alarm: Alarm) => void) => Stop
  at: Ref<number | null>
}

export interface LiveFigures {
  figures: ShallowRef<Figures | null>
  at: Ref<number | null>
}

export function useLiveDevices(_bbox: Ref<Bbox | null>): LiveDevices {
  return {
    devices: shallowReactive(new Map<string, LiveDevice>()),
    onChange: () => () => undefined,
    tooMany: shallowRef(false),
    at: shallowRef(null),
  }
}

export function useLiveAlarms(): LiveAlarms {
  return { alarms: shallowRef([]), onRaised: () => () => undefined, at: shallowRef(null) }
}

export function useLiveFigures(): LiveFigures {
  return { figures: shallowRef(null), at: shallowRef(null) }
}
