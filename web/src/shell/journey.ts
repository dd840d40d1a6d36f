/** A page on its way: the bar that says so, and what is done when its file does not come. */
import { shallowRef } from 'vue'
import type { Router } from 'vue-router'

import { asProblem } from '@/data/problem'
import { loadMe } from '@/session/session'

/** A page that is there sooner needs no bar. */
const BAR_AFTER_MS = 100
const KEY = 'hengyang.reloaded'

/** A page is on its way, and has been for a while. */
export const travelling = shallowRef(false)

export type LoadFailure = 'updated' | 'lost'

/** A page that did not come: why, and its address. */
export const notLoaded = shallowRef<{ why: LoadFailure; address: string } | null>(null)

/** The build whose pages are shown: its entry file carries a hash of the content. */
export function buildName(): string {
  return document.querySelector<HTMLScriptElement>('script[type="module"][src]')?.src ?? ''
}

/** With a server that answers, a file that is gone belongs to an older build: reload, but once. */
export function remedy(answers: boolean, build: string, reloaded: string | null) {
  if (!answers) return 'lost'
  return build === reloaded ? 'updated' : 'reload'
}

export function watchJourney(router: Router): void {
  let address = ''
  let timer: ReturnType<typeof setTimeout> | undefined
  let looking = false

  function arrived(): void {
    clearTimeout(timer)
    travelling.value = false
  }

  async function failed(): Promise<void> {
    arrived()
    if (looking) return
    looking = true
    const answers = await loadMe().then(
      () => true,
      (caught) => asProblem(caught).status > 0,
    )
    looking = false
    const what = remedy(answers, buildName(), sessionStorage.getItem(KEY))
    if (what === 'reload') reload(address)
    else notLoaded.value = { why: what, address }
  }

  router.beforeEach((to) => {
    address = to.fullPath
    clearTimeout(timer)
    timer = setTimeout(() => (travelling.value = true), BAR_AFTER_MS)
  })
  router.afterEach(() => {
    arrived()
    notLoaded.value = null
  })
  router.onError(() => void failed())
  // Parts of a page that are loaded when they are first wanted.
  addEventListener('vite:preloadError', () => void failed())
}

/** Loads the newest build at an address. */
export function reload(address: string): void {
  sessionStorage.setItem(KEY, buildName())
  location.assign(address)
}
