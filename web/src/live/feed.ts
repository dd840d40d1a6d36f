/** The feed of this tab: what all its pages together want, and whom the server's words are for. */
import { shallowRef, watch } from 'vue'

import { renewTokens } from '@/session/renewal'
import { tokens } from '@/session/tokens'

import { AlarmStore } from './alarms'
import { DeviceStore, hull, within, type Bbox, type Window } from './devices'
import { address, goodToken, tokenRefused } from './entry'
import { Line } from './line'
import type { Figures, ServerFrame, Topics } from './protocol'
import { liveState } from './state'

/** Moving a map is many viewports in a second: one of them is asked for. */
const SETTLE_MS = 250
/** From page to page the line stays. */
const LINGER_MS = 3_000
const PATH = '/api/v1/live'

export const deviceStore = new DeviceStore()
export const alarmStore = new AlarmStore()
export const figures = shallowRef<Figures | null>(null)
export const figuresAt = shallowRef<number | null>(null)

const users = { alarms: 0, figures: 0 }
let asked: Topics = {}
let told = ''
let settling: ReturnType<typeof setTimeout> | undefined
let settledAt = 0
let lingering: ReturnType<typeof setTimeout> | undefined

const line = new Line({
  url: () => address(PATH),
  token: goodToken,
  hello: (token) => {
    const { cursor } = deviceStore
    told = JSON.stringify(asked)
    return [
      { t: 'hello', token, ...(cursor === null ? {} : { cursor }) },
      { t: 'subscribe', topics: asked },
    ]
  },
  hear,
  tokenRefused,
  state: (state) => {
    liveState.value = state
  },
})

// --- the session ------------------------------------------------------------------------------

watch(
  () => tokens.value?.access,
  (access) => {
    if (access === undefined) leave()
    else if (line.isLive) line.say({ t: 'renew', token: access })
    else update()
  },
)

/** Whoever logs in next must not see what the one before saw. */
function leave(): void {
  clearTimeout(settling)
  line.close()
  told = ''
  deviceStore.forget()
  alarmStore.forget()
  figures.value = figuresAt.value = null
}

// --- what is wanted ---------------------------------------------------------------------------

function wanted(): Topics {
  const boxes = [...deviceStore.windows].map(({ bbox }) => bbox).filter((box) => box !== null)
  const bbox = hull(boxes)
  return {
    ...(bbox ? { devices: { bbox: within(bbox) } } : {}),
    ...(users.alarms > 0 ? { alarms: {} } : {}),
    ...(users.figures > 0 ? { figures: {} } : {}),
  }
}

/** Something is wanted that was not, or no more. */
function update(): void {
  asked = wanted()
  clearTimeout(lingering)
  if (Object.keys(asked).length === 0) {
    lingering = setTimeout(() => line.close(), LINGER_MS)
  } else if (tokens.value) {
    line.open()
    if (line.isLive) settle()
  }
}

function settle(): void {
  clearTimeout(settling)
  settling = setTimeout(
    () => {
      settledAt = Date.now()
      const now = JSON.stringify(asked)
      if (now === told || !line.isLive) return
      told = now
      line.say({ t: 'subscribe', topics: asked })
    },
    Math.max(0, settledAt + SETTLE_MS - Date.now()),
  )
}

export function useTopic(topic: 'alarms' | 'figures'): () => void {
  users[topic] += 1
  update()
  return () => {
    users[topic] -= 1
    update()
  }
}

export function useWindow(window: Window): () => void {
  deviceStore.windows.add(window)
  update()
  return () => {
    deviceStore.windows.delete(window)
    update()
  }
}

export function moveWindow(window: Window, bbox: Bbox | null): void {
  window.move(bbox, deviceStore.known)
  update()
}

// --- what is told -----------------------------------------------------------------------------

function hear(frame: ServerFrame): void {
  if (frame.t === 'welcome') return afterWelcome()
  if (frame.t === 'renew_soon') return void renewTokens()
  if (frame.t !== 'snapshot' && frame.t !== 'delta') return
  if (frame.topic === 'devices') deviceStore.hear(frame)
  else if (frame.topic === 'alarms') alarmStore.hear(frame)
  else {
    figures.value = frame.items[0] ?? figures.value
    figuresAt.value = Date.now()
  }
}

/** What was wanted while the line was being opened. */
function afterWelcome(): void {
  if (JSON.stringify(asked) !== told) settle()
}
