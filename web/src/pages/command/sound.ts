/** The sound of an alarm: on when somebody has switched it on, and as the browser permits. */
import { computed, shallowRef } from 'vue'

import type { Severity } from '@/data/alarms'

const KEY = 'hengyang.sound'

/** Beats by severity: how many, and how high in Hz; the gravest cannot be mistaken. */
export const BEATS: Readonly<Record<Severity, { times: number; pitch: number }>> = {
  red: { times: 3, pitch: 988 },
  orange: { times: 2, pitch: 784 },
  yellow: { times: 1, pitch: 659 },
  blue: { times: 1, pitch: 523 },
}

const BEAT_S = 0.16
const GAP_S = 0.1
const LOUD = 0.22

const wanted = shallowRef(localStorage.getItem(KEY) === 'on')
const permitted = shallowRef(false)
let context: AudioContext | null = null

export type SoundState = 'off' | 'on' | 'blocked'

/** `blocked`: it is wanted, but a browser plays nothing before the first touch of a page. */
export const soundState = computed<SoundState>(() => {
  if (!wanted.value) return 'off'
  return permitted.value ? 'on' : 'blocked'
})

/** Called by a hand, which is what browsers ask for. */
export async function permitSound(): Promise<void> {
  if (!wanted.value) return
  context ??= new AudioContext()
  await context.resume().catch(() => undefined)
  permitted.value = context.state === 'running'
}

export async function switchSound(on: boolean): Promise<void> {
  wanted.value = on
  localStorage.setItem(KEY, on ? 'on' : 'off')
  await permitSound()
  if (on) sound('blue')
}

export function sound(severity: Severity): void {
  if (!context || soundState.value !== 'on') return
  const { times, pitch } = BEATS[severity]
  for (let beat = 0; beat < times; beat += 1) {
    strike(context, pitch, context.currentTime + beat * (BEAT_S + GAP_S))
  }
}

function strike(audio: AudioContext, pitch: number, at: number): void {
  const tone = audio.createOscillator()
  const gain = audio.createGain()
  tone.type = 'triangle'
  tone.frequency.value = pitch
  // Without ramps a tone begins and ends with a crack.
  gain.gain.setValueAtTime(0, at)
  gain.gain.linearRampToValueAtTime(LOUD, at + 0.02)
  gain.gain.linearRampToValueAtTime(0, at + BEAT_S)
  tone.connect(gain).connect(audio.destination)
  tone.start(at)
  tone.stop(at + BEAT_S)
}
