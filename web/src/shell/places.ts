/** The places of the rail, in order; each is shown to whom it is permitted. */
import type { Component } from 'vue'
import {
  Bell,
  Camera,
  Connection,
  Cpu,
  DocumentDelete,
  MapLocation,
  Odometer,
  ScaleToOriginal,
  Van,
  VideoCamera,
  Warning,
} from '@element-plus/icons-vue'

import { PERMISSIONS, type Permission } from '@/session/permissions'

interface Place {
  name: string
  label: string
  icon: Component
  /** One permission, or all of these. */
  permission: Permission | readonly Permission[]
  /** Pages that belong to this place and keep it marked. */
  holds: readonly string[]
}

export const PLACES: readonly Place[] = [
  {
    name: 'command',
    label: 'nav.command',
    icon: MapLocation,
    permission: [PERMISSIONS.seeAlarms, PERMISSIONS.seeMap],
    holds: ['command'],
  },
  {
    name: 'alarms',
    label: 'nav.alarms',
    icon: Bell,
    permission: PERMISSIONS.seeAlarms,
    holds: ['alarms', 'silences', 'escalation'],
  },
  {
    name: 'traffic',
    label: 'nav.traffic',
    icon: Van,
    permission: PERMISSIONS.seeTraffic,
    holds: ['traffic'],
  },
  {
    name: 'passes',
    label: 'nav.passes',
    icon: Camera,
    permission: PERMISSIONS.seeTraffic,
    holds: ['passes'],
  },
  {
    name: 'violations',
    label: 'nav.violations',
    icon: Warning,
    permission: PERMISSIONS.seeTraffic,
    holds: ['violations'],
  },
  {
    name: 'video',
    label: 'nav.video',
    icon: VideoCamera,
    permission: PERMISSIONS.seeCameras,
    holds: ['video', 'cameraFile'],
  },
  {
    name: 'system',
    label: 'nav.system',
    icon: Odometer,
    permission: PERMISSIONS.seeSystem,
    holds: ['system'],
  },
  {
    name: 'devices',
    label: 'nav.devices',
    icon: Cpu,
    permission: PERMISSIONS.seeDevices,
    holds: ['devices', 'device', 'enrolment'],
  },
  {
    name: 'rules',
    label: 'nav.rules',
    icon: ScaleToOriginal,
    permission: PERMISSIONS.seeRules,
    holds: ['rules', 'rule', 'newRule'],
  },
  {
    name: 'deadLetters',
    label: 'nav.deadLetters',
    icon: DocumentDelete,
    permission: PERMISSIONS.seeDeadLetters,
    holds: ['deadLetters'],
  },
  {
    name: 'gaps',
    label: 'nav.gaps',
    icon: Connection,
    permission: PERMISSIONS.seeGaps,
    holds: ['gaps'],
  },
]
