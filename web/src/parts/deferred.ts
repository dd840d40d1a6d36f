/** An act that may be taken back: said at once, done after a few seconds unless undone. */
import { h } from 'vue'
import { ElButton, ElMessage } from 'element-plus'

import { translate } from '@/i18n'

const TIME_TO_UNDO_MS = 6_000

interface Deferred {
  said: string
  run: () => Promise<void>
  undone: () => void
}

/** Leaving the page does the act at once: what was said must come true. */
export function defer({ said, run, undone }: Deferred): void {
  let settled = false
  const settle = (act: () => unknown) => {
    if (settled) return
    settled = true
    clearTimeout(timer)
    removeEventListener('pagehide', doNow)
    message.close()
    act()
  }
  const doNow = () => settle(run)
  const undo = () => settle(undone)
  const timer = setTimeout(doNow, TIME_TO_UNDO_MS)
  addEventListener('pagehide', doNow)
  const message = ElMessage({
    type: 'info',
    duration: TIME_TO_UNDO_MS,
    message: h('span', [
      said,
      h(ElButton, { text: true, type: 'primary', onClick: undo }, () => translate('act.undo')),
    ]),
  })
}
