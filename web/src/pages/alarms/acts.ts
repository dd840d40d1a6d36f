/** The acts on one alarm: what each asks for, what it sends, what it says afterwards, the way back. */
import {
  acknowledge,
  addNote,
  closeAlarm,
  escalate,
  shelve,
  unshelve,
  type Alarm,
} from '@/data/alarms'
import { entries } from '@/i18n'
import { choicesOf, type Choice } from '@/parts/choices'

import type { Act } from './alarm'

export interface Words {
  /** What the person wrote. */
  word: string
  /** End of a shelving, RFC 3339 UTC. */
  until: string
}

interface Deed {
  /** Whether a word is needed; `no` asks for none at all. */
  word: 'needed' | 'welcome' | 'no'
  until?: boolean
  danger?: boolean
  /** Words that are often said. */
  often?: () => readonly Choice[]
  perform: (alarm: Alarm, words: Words) => Promise<Alarm>
  undo?: (after: Alarm) => Promise<unknown>
}

export const DEEDS: Readonly<Record<Act, Deed>> = {
  acknowledge: {
    word: 'welcome',
    often: () => choicesOf('acknowledgeWord', entries('acknowledgeWord')),
    perform: (alarm, { word }) => acknowledge(alarm, word),
  },
  shelve: {
    word: 'needed',
    until: true,
    often: () => choicesOf('shelveWord', entries('shelveWord')),
    perform: (alarm, { word, until }) => shelve(alarm, { until, reason: word }),
    undo: unshelve,
  },
  unshelve: { word: 'no', perform: (alarm) => unshelve(alarm) },
  escalate: {
    word: 'needed',
    often: () => choicesOf('escalateWord', entries('escalateWord')),
    perform: (alarm, { word }) => escalate(alarm, word),
  },
  note: { word: 'needed', perform: (alarm, { word }) => addNote(alarm, word) },
  close: {
    word: 'needed',
    danger: true,
    often: () => choicesOf('closeWord', entries('closeWord')),
    perform: (alarm, { word }) => closeAlarm(alarm, word),
  },
}

/** Whether what the form holds is enough. */
export function isComplete(act: Act, { word, until }: Words, now: number): boolean {
  const deed = DEEDS[act]
  if (deed.word === 'needed' && word.trim() === '') return false
  return !deed.until || Date.parse(until) > now
}
