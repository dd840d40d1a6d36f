/** Icon and tone of each state: colour never speaks alone, and neither is chosen in a page. */
import type { Component } from 'vue'
import {
  BellFilled,
  Checked,
  CircleCheckFilled,
  CircleCloseFilled,
  Clock,
  Delete,
  InfoFilled,
  Loading,
  Lock,
  MuteNotification,
  Promotion,
  QuestionFilled,
  RefreshRight,
  Select,
  SwitchButton,
  Tools,
  VideoPause,
  Warning,
  WarningFilled,
  WarnTriangleFilled,
} from '@element-plus/icons-vue'

export type Tone = 'green' | 'yellow' | 'orange' | 'red' | 'blue' | 'quiet' | 'plain'

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
  'cameraState.online': { tone: 'green', icon: CircleCheckFilled },
  'cameraState.stale': { tone: 'orange', icon: VideoPause },
  'cameraState.no_answer': { tone: 'orange', icon: CircleCloseFilled },
  'cameraState.refused': { tone: 'orange', icon: CircleCloseFilled },
  'cameraState.not_found': { tone: 'orange', icon: CircleCloseFilled },
  'cameraState.wrong_password': { tone: 'orange', icon: Lock },
  'cameraState.not_video': { tone: 'orange', icon: WarningFilled },
  'cameraState.no_key_frame': { tone: 'orange', icon: WarningFilled },
  'cameraState.host_unknown': { tone: 'yellow', icon: Warning },
  'cameraState.address_forbidden': { tone: 'yellow', icon: Lock },
  'cameraState.secret_unreadable': { tone: 'yellow', icon: Lock },
  'cameraState.unwatched': UNKNOWN_LOOK,
  'cameraState.disabled': { tone: 'quiet', icon: SwitchButton },
  'cameraState.unset': { tone: 'quiet', icon: Tools },
  'letterState.open': { tone: 'orange', icon: WarningFilled },
  'letterState.replayed': { tone: 'green', icon: RefreshRight },
  'letterState.discarded': { tone: 'quiet', icon: Delete },
  'gapState.open': { tone: 'yellow', icon: Clock },
  'gapState.healed': { tone: 'green', icon: CircleCheckFilled },
  'gapState.lost': { tone: 'red', icon: CircleCloseFilled },
  'processState.running': { tone: 'green', icon: CircleCheckFilled },
  'processState.stopped': { tone: 'quiet', icon: SwitchButton },
  'processState.lost': { tone: 'orange', icon: CircleCloseFilled },
  // Four shapes: who cannot tell the colours apart tells the signs apart.
  'severity.red': { tone: 'red', icon: WarnTriangleFilled },
  'severity.orange': { tone: 'orange', icon: WarningFilled },
  'severity.yellow': { tone: 'yellow', icon: Warning },
  'severity.blue': { tone: 'blue', icon: InfoFilled },
  // Colour belongs to the severity beside it; the state speaks by its sign.
  'alarmState.raised': { tone: 'plain', icon: BellFilled },
  'alarmState.acknowledged': { tone: 'plain', icon: Select },
  'alarmState.cleared': { tone: 'plain', icon: Checked },
  'alarmState.shelved': { tone: 'quiet', icon: MuteNotification },
  'alarmState.closed': { tone: 'quiet', icon: SwitchButton },
  'commandState.queued': { tone: 'plain', icon: Loading },
  'commandState.sent': { tone: 'blue', icon: Promotion },
  'commandState.answered': { tone: 'green', icon: CircleCheckFilled },
  'commandState.refused': { tone: 'orange', icon: CircleCloseFilled },
  'commandState.timed_out': { tone: 'orange', icon: Clock },
  'commandState.cancelled': { tone: 'quiet', icon: Delete },
  'messageArrival.direct': { tone: 'quiet', icon: CircleCheckFilled },
  'messageArrival.late': { tone: 'yellow', icon: Clock },
  'messageArrival.resent': { tone: 'blue', icon: RefreshRight },
  'rowState.good': { tone: 'green', icon: Select },
  'rowState.taken': { tone: 'green', icon: CircleCheckFilled },
  'rowState.refused': { tone: 'orange', icon: CircleCloseFilled },
  'ruleState.on': { tone: 'green', icon: CircleCheckFilled },
  'ruleState.off': { tone: 'quiet', icon: VideoPause },
  'silenceState.on': { tone: 'blue', icon: MuteNotification },
  'silenceState.over': { tone: 'quiet', icon: SwitchButton },
}

export function lookOf(list: string, value: string): Look {
  return LOOKS[`${list}.${value}`] ?? UNKNOWN_LOOK
}
