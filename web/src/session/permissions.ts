/** What a role may do, asked of the server's own list; a thing not permitted is not shown. */
import { me } from './session'

/** The server's names for what this app can do. */
export const PERMISSIONS = {
  seeSystem: 'system:read',
  seeDevices: 'devices:read',
  seeSeries: 'series:read',
  seeDeadLetters: 'dead_letters:read',
  actOnDeadLetters: 'dead_letters:write',
  seeGaps: 'system:read',
  seeMap: 'gis:read',
  changeDevices: 'devices:write',
  enrolDevices: 'devices:enrol',
  sendCommands: 'commands:send',
  seeEvidence: 'evidence:read',
  seeAlarms: 'alarms:read',
  actOnAlarms: 'alarms:act',
  changeSilences: 'silences:write',
  changeEscalation: 'escalation:write',
  seeTraffic: 'traffic:read',
  changeSites: 'traffic:write',
  seePlates: 'plates:read',
  seeCameras: 'video:read',
  watchCameras: 'video:watch',
  setCameras: 'video:write',
  seeRules: 'rules:read',
  changeRules: 'rules:write',
} as const

export type Permission = (typeof PERMISSIONS)[keyof typeof PERMISSIONS]

/** Whether one has a permission, or all of several. */
export function may(permission: Permission | readonly Permission[]): boolean {
  const wanted: readonly Permission[] = typeof permission === 'string' ? [permission] : permission
  return wanted.every((one) => me.value?.permissions.includes(one) ?? false)
}
