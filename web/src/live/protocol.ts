/** Words of the live feed, as docs/live.schema.json has them. */

export type Severity = 'red' | 'orange' | 'yellow' | 'blue'

export type DeviceState = 'online' | 'late' | 'offline' | 'unknown' | 'maintenance'

/** West, south, east, north in degrees. */
export type Bbox = [number, number, number, number]

export interface Point {
  type: 'Point'
  coordinates: [number, number]
}

/** A device as the map shows it. */
export interface LiveDevice {
  id: string
  /** Kind: sensor, vehicle, epolice, camera, signal. */
  k: string
  s: DeviceState
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
  a: Severity | null
  n: string
}

export interface Figures {
  devices: {
    online: number
    late: number
    offline: number
    unknown: number
    maintenance: number
    total: number
  }
  messages_per_second: number
  alarms: Record<Severity, number>
  unacknowledged: number
  gaps_open: number
  at: string
}

export type AlarmState = 'raised' | 'acknowledged' | 'cleared' | 'shelved' | 'closed'

export type AlarmAct = 'acknowledge' | 'shelve' | 'unshelve' | 'escalate' | 'close' | 'note'

export interface AlarmValue {
  quantity: string
  value: number
  unit: string
  limit: number | null
}

/** An alarm, the very same object as in the list of the API. */
export interface Alarm {
  id: number
  version: number
  state: AlarmState
  severity: Severity
  escalation_level: number
  source: string
  kind: string
  title_zh: string
  title_en: string
  device_id: string | null
  device_name: string | null
  division_code: string
  place: Point | null
  fact_time: string
  raised_at: string
  changed_at: string
  acknowledged_at: string | null
  acknowledged_by: string | null
  cleared_at: string | null
  closed_at: string | null
  shelved_until: string | null
  values: AlarmValue[]
  evidence: string[]
  group: { id: number; count: number } | null
  repeats: number
  rule: { id: number; version: number; name: string } | null
  actions: AlarmAct[]
}
