/** One ticking second for the whole page; it rests while the tab is hidden. */
import { shallowRef } from 'vue'

import { serverNow } from '@/data/connection'

/** The server's now, ms since epoch, fresh to the second. */
export const now = shallowRef(serverNow())

function tick(): void {
  if (!document.hidden) now.value = serverNow()
}

setInterval(tick, 1_000)
document.addEventListener('visibilitychange', tick)
