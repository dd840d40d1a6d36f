/** A raised alarm is heard: by a sound where it is switched on, and by who has the screen read out. */
import { onBeforeUnmount, onMounted, shallowRef } from 'vue'

import { translate } from '@/i18n'
import type { LiveAlarms } from '@/live/topics'
import { rankOf } from '@/map/alarms'
import { sayTitle } from '@/pages/alarms/alarm'
import { sayCode, sayDivision } from '@/parts/words'
import type { Alarm } from '@/live'

import { permitSound, sound } from './sound'

/** ms in which alarms that come together are said together. */
const TOGETHER_MS = 700

export function sayRaised(alarms: readonly Alarm[]): string {
  const [first] = [...alarms].sort((a, b) => rankOf(a.severity) - rankOf(b.severity))
  if (!first) return ''
  const one = translate('screen.raised', {
    severity: sayCode('severity', first.severity),
    title: sayTitle(first),
    where: sayDivision(first.division_code),
  })
  return alarms.length === 1 ? one : translate('screen.raisedMore', { one, n: alarms.length - 1 })
}

export function useAnnouncement(live: LiveAlarms) {
  const words = shallowRef('')
  let fresh: Alarm[] = []
  let timer: ReturnType<typeof setTimeout> | undefined

  function speak(): void {
    timer = undefined
    const [gravest] = [...fresh].sort((a, b) => rankOf(a.severity) - rankOf(b.severity))
    words.value = sayRaised(fresh)
    fresh = []
    if (gravest) sound(gravest.severity)
  }

  const stop = live.onRaised((alarm) => {
    fresh.push(alarm)
    timer ??= setTimeout(speak, TOGETHER_MS)
  })

  const touched = () => void permitSound()
  onMounted(() => {
    for (const sign of ['pointerdown', 'keydown']) addEventListener(sign, touched, { once: true })
  })
  onBeforeUnmount(() => {
    stop()
    clearTimeout(timer)
    for (const sign of ['pointerdown', 'keydown']) removeEventListener(sign, touched)
  })
  return words
}
