/** A city on a port of this machine, for the unit tests of the feed: a real server on a real socket. */
import type { AddressInfo } from 'node:net'

import { WebSocketServer, type WebSocket as Peer } from 'ws'

import type { Alarm, ClientFrame, LiveDevice, ServerFrame } from './protocol'

export interface Visit {
  peer: Peer
  said: ClientFrame[]
  tell: (frame: ServerFrame) => void
}

export class City {
  readonly visits: Visit[] = []
  /** Answers a frame; by default `hello` is welcomed and `ping` answered. */
  answer: (frame: ClientFrame, visit: Visit) => void = welcome
  private readonly server: WebSocketServer

  constructor(port = 0) {
    this.server = new WebSocketServer({ host: '127.0.0.1', port })
    this.server.on('connection', (peer) => {
      const visit: Visit = { peer, said: [], tell: (frame) => peer.send(JSON.stringify(frame)) }
      this.visits.push(visit)
      peer.on('message', (data) => {
        const frame = JSON.parse(String(data)) as ClientFrame
        visit.said.push(frame)
        this.answer(frame, visit)
      })
    })
  }

  async ready(): Promise<void> {
    if (this.server.address() === null) {
      await new Promise((resolve) => this.server.once('listening', resolve))
    }
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port
  }

  get last(): Visit {
    const visit = this.visits.at(-1)
    if (!visit) throw new Error('nobody has come')
    return visit
  }

  /** Every line breaks as if a cable were pulled. */
  drop(): void {
    for (const { peer } of this.visits) peer.terminate()
  }

  async close(): Promise<void> {
    this.drop()
    await new Promise((resolve) => this.server.close(resolve))
  }
}

export function welcome(frame: ClientFrame, { tell }: Visit): void {
  const server_time = new Date().toISOString()
  if (frame.t === 'hello') tell({ t: 'welcome', server_time, session_ends_at: server_time })
  if (frame.t === 'ping') tell({ t: 'pong', server_time })
}

export function device(id: string, lon = 112.6, lat = 26.9): LiveDevice {
  return {
    id,
    k: 'sensor',
    s: 'online',
    t: null,
    p: [lon, lat],
    h: null,
    v: null,
    q: null,
    a: null,
    n: id,
  }
}

export function alarm(id: number, state: Alarm['state'] = 'raised'): Alarm {
  const time = '2026-11-26T06:00:00Z'
  return {
    id,
    version: 1,
    state,
    severity: 'red',
    escalation_level: 0,
    source: 'rule',
    kind: 'water_level_high',
    title_zh: '水位超限',
    title_en: 'Water level',
    device_id: null,
    device_name: null,
    division_code: '430405',
    place: null,
    fact_time: time,
    raised_at: time,
    changed_at: time,
    acknowledged_at: null,
    acknowledged_by: null,
    cleared_at: null,
    closed_at: null,
    shelved_until: null,
    values: [],
    evidence: [],
    group: null,
    repeats: 0,
    rule: null,
    actions: [],
  }
}
