/** The name of the page: in the bar, on the tab, in the reader's language. */
import { computed, onScopeDispose, shallowRef, watchEffect } from 'vue'
import type { Router } from 'vue-router'

import { translate } from '@/i18n'

/** Names the thing a page is about; null while the page has only its name in the site map. */
const own = shallowRef<(() => string | undefined) | null>(null)

/** Called in the set-up of a page about one thing: its name becomes the page's. */
export function usePageName(say: () => string | undefined): void {
  own.value = say
  onScopeDispose(() => {
    if (own.value === say) own.value = null
  })
}

const site = shallowRef('')

export const pageName = computed(() => own.value?.() || (site.value && translate(site.value)))

export function installTitle(router: Router): void {
  router.afterEach((to) => (site.value = to.meta.title))
  watchEffect(() => {
    document.title = [pageName.value, translate('app.name')].filter(Boolean).join(' · ')
  })
}

/** After a navigation the keyboard and the reader begin at the page's name, unless the page itself
 *  has put the focus somewhere. */
export function focusPageName(): void {
  if (document.activeElement?.closest('#content > *')) return
  document.getElementById('page-name')?.focus()
}
