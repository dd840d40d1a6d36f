/** Devices of the feed: one store for the tab, and for each page those of its own viewport. */
import { shallowReactive, shallowRef } from 'vue'

import type { DevicesDelta, DevicesSnapshot, LiveDevice } from './protocol'

export type Bbox = [number, number, number, number]
export type Changed = (changed: LiveDevice[], removed: string[]) => void

/** The smallest box around all of these; null where there is none. */
export function hull(boxes: Bbox[]): Bbox | null {
  const [first, ...others] = boxes
  if (!first) return null
  return others.reduce<Bbox>(
    (one, other) => [
      Math.min(one[0], other[0]),
      Math.min(one[1], other[1]),
      Math.max(one[2], other[2]),
      Math.max(one[3], other[3]),
    ],
    first,
  )
}

/** A box that the server takes: maps let one look beyond the edges of the world. */
export function within([west, south, east, north]: Bbox): Bbox {
  const lon = (value: number) => Math.min(180, Math.max(-180, value))
  const lat = (value: number) => Math.min(90, Math.max(-90, value))
  return [lon(west), lat(south), lon(east), lat(north)]
}

export function isInside({ p: [lon, lat] }: LiveDevice, [west, south, east, north]: Bbox): boolean {
  return lon >= west && lon <= east && lat >= south && lat <= north
}

/** What one page sees of the store. */
export class Window {
  readonly devices = shallowReactive(new Map<string, LiveDevice>())
  private readonly listeners = new Set<Changed>()
  private box: Bbox | null = null

  get bbox(): Bbox | null {
    return this.box
  }

  listen(callback: Changed): () => void {
    this.listeners.add(callback)
    return () => this.listeners.delete(callback)
  }

  /** Looks elsewhere; of what is known already that is shown at once. */
  move(bbox: Bbox | null, known: Map<string, LiveDevice>): void {
    this.box = bbox
    const gone = [...this.devices.keys()].filter((id) => !this.shows(known.get(id)))
    const come = [...known.values()].filter((one) => this.shows(one) && !this.devices.has(one.id))
    this.put(come, gone)
  }

  take(items: LiveDevice[], removed: string[]): void {
    const left = items.filter((one) => !this.shows(one)).map(({ id }) => id)
    this.put(
      items.filter((one) => this.shows(one)),
      [...removed, ...left].filter((id) => this.devices.has(id)),
    )
  }

  private shows(device: LiveDevice | undefined): boolean {
    return device !== undefined && this.box !== null && isInside(device, this.box)
  }

  private put(changed: LiveDevice[], removed: string[]): void {
    if (changed.length === 0 && removed.length === 0) return
    for (const id of removed) this.devices.delete(id)
    for (const device of changed) this.devices.set(device.id, device)
    for (const listener of this.listeners) listener(changed, removed)
  }
}

/** All that the server has told of devices. */
export class DeviceStore {
  readonly tooMany = shallowRef(false)
  readonly at = shallowRef<number | null>(null)
  readonly known = new Map<string, LiveDevice>()
  readonly windows = new Set<Window>()
  /** For taking the line up again; the server knows of which viewport it is. */
  cursor: string | null = null

  hear(frame: DevicesSnapshot | DevicesDelta): void {
    this.at.value = Date.now()
    this.cursor = frame.cursor
    if (frame.t === 'snapshot') this.begin(frame)
    else this.apply(frame.items, frame.removed)
  }

  forget(): void {
    this.apply([], [...this.known.keys()])
    this.cursor = null
    this.at.value = null
    this.tooMany.value = false
  }

  private begin({ items, too_many }: DevicesSnapshot): void {
    this.tooMany.value = too_many ?? false
    const there = new Set(items.map(({ id }) => id))
    this.apply(
      items,
      [...this.known.keys()].filter((id) => !there.has(id)),
    )
  }

  private apply(items: LiveDevice[], removed: string[]): void {
    for (const id of removed) this.known.delete(id)
    for (const device of items) this.known.set(device.id, device)
    for (const window of this.windows) window.take(items, removed)
  }
}
