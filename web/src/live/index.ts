/** The live feed for pages: one socket a tab, opened while somebody subscribes. */
import type { Alarm, LiveDevice, Point as SchemaPoint } from './protocol'

export type { Alarm, Figures, LiveDevice } from './protocol'
export type Severity = Alarm['severity']
export type AlarmState = Alarm['state']
export type AlarmAct = Alarm['actions'][number]
export type AlarmValue = Alarm['values'][number]
export type DeviceState = LiveDevice['s']
export type Point = SchemaPoint

export type { Bbox } from './devices'
export { liveState, type LiveState } from './state'
export { useLiveAlarms, useLiveDevices, useLiveFigures, type Stop } from './topics'
