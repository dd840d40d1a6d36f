/** Icon and tone of each state: colour never speaks alone, and neither is chosen in a page. */
import type { Component } from 'vue'
import {
  CircleCheckFilled,
  CircleCloseFilled,
  Clock,
  Delete,
  QuestionFilled,
  RefreshRight,
  SwitchButton,
  Tools,
  WarningFilled,
} from '@element-plus/icons-vue'

export type Tone = 'green' | 'yellow' | 'orange' | 'red' | 'blue' | 'quiet'

export interface Look {
  tone: Tone
  icon: Component
}

const UNKNOWN_LOOK: Look = { tone: 'quiet', icon: QuestionFilled }

const LOOKS: Readonly<Record<string, Look>> = {
  'deviceState.unknown': UNKNOWN_LOOK,
  'deviceState.online': { tone: 'green', icon: CircleCheckFilled },
  'deviceState.late': { tone: 'yellow', icon: Clock },
  'deviceState.offline': { tone: 'orange', icon: CircleCloseFilled },
  'deviceState.maintenance': { tone: 'blue', icon: Tools },
  'letterState.open': { tone: 'orange', icon: WarningFilled },
  'letterState.replayed': { tone: 'green', icon: RefreshRight },
  'letterState.discarded': { tone: 'quiet', icon: Delete },
  'gapState.open': { tone: 'yellow', icon: Clock },
  'gapState.healed': { tone: 'green', icon: CircleCheckFilled },
  'gapState.lost': { tone: 'red', icon: CircleCloseFilled },
  'processState.running': { tone: 'green', icon: CircleCheckFilled },
  'processState.stopped': { tone: 'quiet', icon: SwitchButton },
  'processState.lost': { tone: 'orange', icon: CircleCloseFilled },
}

export function lookOf(list: string, value: string): Look {
  return LOOKS[`${list}.${value}`] ?? UNKNOWN_LOOK
}
