/** Idle log-out: a desk left alone is closed, after a notice that any touch takes away. */
import { computed, shallowRef } from 'vue'

import { tellActive } from './peers'

export const IDLE_LIMIT_MS = 15 * 60_000
export const NOTICE_MS = 60_000

// Tabs tell one another that somebody is there, but not on every movement.
const TELL_EVERY_MS = 5_000
const SIGNS = ['pointerdown', 'keydown', 'wheel', 'touchstart'] as const

const lastActivity = shallowRef(Date.now())
const now = shallowRef(Date.now())
let toldAt = 0

export function noteActivity(): void {
  lastActivity.value = Date.now()
}

/** Pure part: seconds left to show, or null while no notice is due. */
export function noticeSeconds(idleMs: number): number | null {
  const left = IDLE_LIMIT_MS - idleMs
  return left > NOTICE_MS ? null : Math.max(0, Math.ceil(left / 1000))
}

export const secondsToLogOut = computed(() => noticeSeconds(now.value - lastActivity.value))

function onSign(): void {
  noteActivity()
  if (Date.now() - toldAt < TELL_EVERY_MS) return
  toldAt = Date.now()
  tellActive()
}

/** Watches for signs of life until the returned function is called. */
export function watchIdle(onIdle: () => void): () => void {
  noteActivity()
  for (const sign of SIGNS) addEventListener(sign, onSign, { passive: true })
  const timer = setInterval(() => {
    now.value = Date.now()
    if (now.value - lastActivity.value >= IDLE_LIMIT_MS) onIdle()
  }, 1_000)
  return () => {
    clearInterval(timer)
    for (const sign of SIGNS) removeEventListener(sign, onSign)
  }
}
