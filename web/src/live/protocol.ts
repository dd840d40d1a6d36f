/** Words of the live feed; `hengyang live-schema --typescript` makes this file. */

/** An alarm; the live feed sends the very same object. */
export interface Alarm {
  id: number
  /** Counts its changes, repeats aside; the ETag. */
  version: number
  /** `cleared`: its trouble is over, and nobody acknowledged it yet. */
  state: 'raised' | 'acknowledged' | 'cleared' | 'shelved' | 'closed'
  severity: 'red' | 'orange' | 'yellow' | 'blue'
  /** 0: never escalated. */
  escalation_level: number
  source: 'rule' | 'liveness' | 'gap' | 'evidence' | 'system'
  kind: string
  title_zh: string
  title_en: string
  device_id: string | null
  device_name: string | null
  division_code: string
  place: Point | null
  /** Of the newest fact of its trouble. */
  fact_time: string
  raised_at: string
  changed_at: string
  acknowledged_at: string | null
  acknowledged_by: string | null
  /** When its trouble was over. */
  cleared_at: string | null
  closed_at: string | null
  shelved_until: string | null
  values: MeasuredRead[]
  /** SHA-256, hex. */
  evidence: string[]
  group: GroupMark | null
  /** Further facts of the same trouble. */
  repeats: number
  rule: RuleMark | null
  /** What its state lets people do who hold `alarms:act`. */
  actions: ('acknowledge' | 'shelve' | 'unshelve' | 'escalate' | 'close' | 'note')[]
}

/** Open alarms by severity, shelved ones aside. */
export interface AlarmCounts {
  red: number
  orange: number
  yellow: number
  blue: number
}

/** What has changed since the frame before of this topic. Without items: nothing has. */
export interface AlarmsDelta {
  t: 'delta'
  topic: 'alarms'
  /** A place in the feed, for `hello` after the line was lost; opaque. */
  cursor: string
  items: Alarm[]
  removed: number[]
}

/** All there is of a topic; replaces what was told of it before. `too_many`: there are more than a snapshot may hold. Of devices then none is told, but how many there are (`states`), again whenever that changes; of alarms the newest are. */
export interface AlarmsSnapshot {
  t: 'snapshot'
  topic: 'alarms'
  /** A place in the feed, for `hello` after the line was lost; opaque. */
  cursor: string
  items: Alarm[]
  too_many?: boolean
  states?: States | null
}

/** Open alarms. */
export type AlarmsWanted = Record<string, never>

/** What has changed since the frame before of this topic. Without items: nothing has. */
export interface DevicesDelta {
  t: 'delta'
  topic: 'devices'
  /** A place in the feed, for `hello` after the line was lost; opaque. */
  cursor: string
  items: LiveDevice[]
  removed: string[]
}

/** All there is of a topic; replaces what was told of it before. `too_many`: there are more than a snapshot may hold. Of devices then none is told, but how many there are (`states`), again whenever that changes; of alarms the newest are. */
export interface DevicesSnapshot {
  t: 'snapshot'
  topic: 'devices'
  /** A place in the feed, for `hello` after the line was lost; opaque. */
  cursor: string
  items: LiveDevice[]
  too_many?: boolean
  states?: States | null
}

/** Devices of a viewport. */
export interface DevicesWanted {
  /** West, south, east, north in degrees, WGS-84. */
  bbox: [number, number, number, number]
}

/** Something is not as wanted, but the line stays: `forbidden` names a topic that the roles do not permit, `unavailable` says that the database is away and what is shown grows old. */
export interface ErrorFrame {
  t: 'error'
  code: 'forbidden' | 'unavailable'
  detail: string
  topic?: 'alarms' | 'devices' | 'figures' | null
}

/** Key figures of the viewer's divisions; `messages_per_second` is of the whole system. */
export interface Figures {
  devices: States
  messages_per_second: number
  alarms: AlarmCounts
  unacknowledged: number
  gaps_open: number
  at: string
}

/** What has changed since the frame before of this topic. Without items: nothing has. */
export interface FiguresDelta {
  t: 'delta'
  topic: 'figures'
  /** A place in the feed, for `hello` after the line was lost; opaque. */
  cursor: string
  items: Figures[]
  removed: string[]
}

/** All there is of a topic; replaces what was told of it before. `too_many`: there are more than a snapshot may hold. Of devices then none is told, but how many there are (`states`), again whenever that changes; of alarms the newest are. */
export interface FiguresSnapshot {
  t: 'snapshot'
  topic: 'figures'
  /** A place in the feed, for `hello` after the line was lost; opaque. */
  cursor: string
  items: Figures[]
  too_many?: boolean
  states?: States | null
}

/** Key figures, once a second. */
export type FiguresWanted = Record<string, never>

/** The group of a storm, and how many alarms it has had. */
export interface GroupMark {
  id: number
  count: number
}

/** The first frame. With the cursor of the last `devices` frame a subscription to the very same viewport goes on from there, if the server can: it begins with a `delta`. Otherwise, as every other topic does, it begins anew with a `snapshot`. */
export interface Hello {
  t: 'hello'
  /** Access token. */
  token: string
  cursor?: string | null
}

/** A device as the map shows it. */
export interface LiveDevice {
  id: string
  /** Kind: sensor, vehicle, epolice, camera, signal. */
  k: string
  s: 'late' | 'maintenance' | 'offline' | 'online' | 'unknown'
  /** Device time of its newest fact. */
  t: string | null
  /** Longitude and latitude. */
  p: [number, number]
  /** Heading in degrees, clockwise from north. */
  h: number | null
  /** Speed in metres per second. */
  v: number | null
  /** Latest values by quantity. */
  q: Record<string, number> | null
  /** Worst severity of its open alarms. */
  a: 'blue' | 'orange' | 'red' | 'yellow' | null
  /** Name. */
  n: string
}

/** A value that the alarm rests on, and the limit that it passed. */
export interface MeasuredRead {
  quantity: string
  value: number | null
  unit: string
  limit: number | null
}

/** Asks for a `pong`. */
export interface Ping {
  t: 'ping'
}

/** A GeoJSON point, longitude first (RFC 7946). */
export interface Point {
  type?: 'Point'
  coordinates: [number, number]
}

/** The answer to `ping`. */
export interface Pong {
  t: 'pong'
  server_time: string
}

/** A newer access token of the same user; `welcome` answers. */
export interface Renew {
  t: 'renew'
  token: string
}

/** The token ends soon: send `renew`, else the line is cut with 4401. */
export interface RenewSoon {
  t: 'renew_soon'
  session_ends_at: string
}

/** The rule that raised it, as it was then. */
export interface RuleMark {
  id: number
  version: number
  name: string
}

/** How many devices are in each state. */
export interface States {
  online: number
  late: number
  offline: number
  unknown: number
  maintenance: number
  total: number
}

/** Replaces the whole subscription; each topic that is new or has changed begins anew. */
export interface Subscribe {
  t: 'subscribe'
  topics: Topics
}

/** What a viewer wants to be told of; what is not named ends. */
export interface Topics {
  devices?: DevicesWanted | null
  alarms?: AlarmsWanted | null
  figures?: FiguresWanted | null
}

/** The token is good, until `session_ends_at` unless it is renewed. */
export interface Welcome {
  t: 'welcome'
  server_time: string
  session_ends_at: string
}

export type ClientFrame = Hello | Subscribe | Renew | Ping

export type ServerFrame = Welcome | RenewSoon | Pong | ErrorFrame | DevicesSnapshot | AlarmsSnapshot | FiguresSnapshot | DevicesDelta | AlarmsDelta | FiguresDelta
