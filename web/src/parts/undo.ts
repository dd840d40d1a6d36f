/** Says what was done, with the way to take it back beside it for a while. */
import { h } from 'vue'
import { ElButton, ElMessage } from 'element-plus'

import { translate } from '@/i18n'

import { sayProblem } from './words'

const TIME_TO_UNDO_MS = 10_000

export function sayWithUndo(done: string, undo: () => Promise<void>, undone: string): void {
  const takeBack = async () => {
    message.close()
    try {
      await undo()
      ElMessage.success(undone)
    } catch (caught) {
      ElMessage.error(sayProblem(caught))
    }
  }
  const button = h(ElButton, { text: true, type: 'primary', onClick: takeBack }, () =>
    translate('act.undo'),
  )
  const message = ElMessage({
    type: 'success',
    duration: TIME_TO_UNDO_MS,
    message: h('span', [done, ' ', button]),
  })
}
