/** Idle log-out: a desk left alone is closed, after a notice that any touch takes away. */
import { computed, shallowRef } from 'vue'

import { tellActive } from './peers'
import { forgetTouch, touchSoon } from './use'

export const NOTICE_MS = 60_000

// Tabs tell one another that somebody is there, but not on every movement.
const TELL_EVERY_MS = 5_000
const SIGNS = ['pointerdown', 'keydown', 'wheel', 'touchstart'] as const

interface Watch {
  /** ms without a sign of life; the security administrator may change it at any time. */
  limitMs: () => number
  /** Tells the server that somebody is there. */
  touch: () => void
  onIdle: () => void
}

const lastActivity = shallowRef(Date.now())
const now = shallowRef(Date.now())
const limit = shallowRef(Infinity)
let toldAt = 0

export function noteActivity(): void {
  lastActivity.value = Date.now()
}

/** Pure part: seconds left to show, or null while no notice is due. */
export function noticeSeconds(idleMs: number, limitMs: number): number | null {
  const left = limitMs - idleMs
  // Of a very short limit the notice takes the second half.
  return left > Math.min(NOTICE_MS, limitMs / 2) ? null : Math.max(0, Math.ceil(left / 1000))
}

export const secondsToLogOut = computed(() =>
  noticeSeconds(now.value - lastActivity.value, limit.value),
)

/** Watches for signs of life until the returned function is called. */
export function watchIdle({ limitMs, touch, onIdle }: Watch): () => void {
  function onSign(): void {
    noteActivity()
    touchSoon(touch)
    if (Date.now() - toldAt < TELL_EVERY_MS) return
    toldAt = Date.now()
    tellActive()
  }

  function look(): void {
    now.value = Date.now()
    limit.value = limitMs()
    if (now.value - lastActivity.value >= limit.value) onIdle()
  }

  noteActivity()
  look()
  for (const sign of SIGNS) addEventListener(sign, onSign, { passive: true })
  const timer = setInterval(look, 1_000)
  return () => {
    clearInterval(timer)
    forgetTouch()
    limit.value = Infinity
    for (const sign of SIGNS) removeEventListener(sign, onSign)
  }
}
