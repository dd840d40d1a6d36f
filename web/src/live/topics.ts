/** What a page takes from the live feed: devices of a viewport, alarms, figures. */
import { getCurrentScope, onScopeDispose, shallowReadonly, watch, type Ref } from 'vue'

import type { Bbox, Changed } from './devices'
import { Window } from './devices'
import {
  alarmStore,
  deviceStore,
  figures,
  figuresAt,
  moveWindow,
  useTopic,
  useWindow,
} from './feed'
import type { Alarm, Figures, LiveDevice } from './protocol'

export type Stop = () => void

export interface LiveDevices {
  /** By device id; reactive as a whole, its values are replaced, never changed. */
  devices: Map<string, LiveDevice>
  /** Told of each snapshot and delta once they are in `devices`; for the map, which draws itself. */
  onChange: (callback: Changed) => Stop
  /** More devices than a snapshot may hold: `devices` is empty and the tiles show clusters. */
  tooMany: Readonly<Ref<boolean>>
  /** ms since epoch on this machine's clock when what is shown was last known to be true. */
  at: Readonly<Ref<number | null>>
}

export interface LiveAlarms {
  /** Open ones, the newest first. */
  alarms: Readonly<Ref<Alarm[]>>
  /** Told of alarms raised while one looks or while the line was lost, not of those that were there. */
  onRaised: (callback: (alarm: Alarm) => void) => Stop
  at: Readonly<Ref<number | null>>
}

export interface LiveFigures {
  figures: Readonly<Ref<Figures | null>>
  at: Readonly<Ref<number | null>>
}

/** Ends with the component that asked, or by the function returned. */
function untilGone(stop: Stop): Stop {
  let isOver = false
  const once = () => {
    if (!isOver) stop()
    isOver = true
  }
  if (getCurrentScope()) onScopeDispose(once)
  return once
}

/** `bbox` null: nothing is asked for. Ends with the component that asks. */
export function useLiveDevices(bbox: Ref<Bbox | null>): LiveDevices {
  const window = new Window()
  window.move(bbox.value, deviceStore.known)
  const leave = useWindow(window)
  const stopWatching = watch(bbox, (box) => moveWindow(window, box))
  untilGone(() => {
    stopWatching()
    leave()
  })
  return {
    devices: window.devices,
    onChange: (callback) => untilGone(window.listen(callback)),
    tooMany: shallowReadonly(deviceStore.tooMany),
    at: shallowReadonly(deviceStore.at),
  }
}

export function useLiveAlarms(): LiveAlarms {
  untilGone(useTopic('alarms'))
  return {
    alarms: alarmStore.alarms,
    onRaised: (callback) => untilGone(alarmStore.listen(callback)),
    at: shallowReadonly(alarmStore.at),
  }
}

export function useLiveFigures(): LiveFigures {
  untilGone(useTopic('figures'))
  return { figures, at: shallowReadonly(figuresAt) }
}
