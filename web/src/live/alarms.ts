/** Open alarms of the feed: one store for the tab. */
import { shallowRef } from 'vue'

import type { Alarm, AlarmsDelta, AlarmsSnapshot } from './protocol'

export class AlarmStore {
  readonly alarms = shallowRef<Alarm[]>([])
  readonly at = shallowRef<number | null>(null)
  private readonly known = new Map<number, Alarm>()
  private readonly listeners = new Set<(alarm: Alarm) => void>()
  /** Whether a snapshot has come: what is told after it, or is new in a later one, is news. */
  private hasBegun = false

  listen(callback: (alarm: Alarm) => void): () => void {
    this.listeners.add(callback)
    return () => this.listeners.delete(callback)
  }

  hear(frame: AlarmsSnapshot | AlarmsDelta): void {
    this.at.value = Date.now()
    const news = this.hasBegun ? frame.items.filter((alarm) => this.isNews(alarm)) : []
    if (frame.t === 'snapshot') {
      this.known.clear()
      this.hasBegun = true
    } else for (const id of frame.removed) this.known.delete(id)
    for (const alarm of frame.items) this.known.set(alarm.id, alarm)
    if (frame.t === 'snapshot' || frame.items.length > 0 || frame.removed.length > 0) {
      this.alarms.value = [...this.known.values()].sort((one, other) => other.id - one.id)
    }
    for (const alarm of news) for (const listener of this.listeners) listener(alarm)
  }

  forget(): void {
    this.known.clear()
    this.hasBegun = false
    this.alarms.value = []
    this.at.value = null
  }

  private isNews(alarm: Alarm): boolean {
    return alarm.state === 'raised' && !this.known.has(alarm.id)
  }
}
