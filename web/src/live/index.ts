/** The live feed for pages: one socket a tab, opened while somebody subscribes. */
export type {
  Alarm,
  AlarmAct,
  AlarmState,
  AlarmValue,
  Bbox,
  DeviceState,
  Figures,
  LiveDevice,
  Point,
  Severity,
} from './protocol'

export { liveState, type LiveState } from './state'
export { useLiveAlarms, useLiveDevices, useLiveFigures, type Stop } from './topics'
