/** Start-up, in order: look, languages, session, then the first page. */
import { VueQueryPlugin } from '@tanstack/vue-query'
import { createApp } from 'vue'

import '@/theme/tokens.css'
import '@/theme/base.css'
import '@/theme/theme'

import App from './App.vue'
import { createQueryClient } from './data/polling'
import { i18n } from './i18n'
import { installSearchKey } from './keyboard/search'
import { createAppRouter, goToLogin } from './router'
import { loadMe, startSession } from './session/session'
import { watchJourney } from './shell/journey'
import { installTitle } from './shell/title'

async function start(): Promise<void> {
  const router = createAppRouter()
  // Who may see less than the page believed is told so by the page itself, not by each panel.
  const queryClient = createQueryClient(() => void loadMe(true).catch(() => undefined))
  // The session comes before the router: its first guard asks who is logged in.
  await startSession((reason) => {
    queryClient.clear()
    goToLogin(router, reason)
  })
  const app = createApp(App)
  watchJourney(router)
  installTitle(router)
  app.use(i18n).use(router).use(VueQueryPlugin, { queryClient })
  installSearchKey()
  app.mount('#app')
}

void start()
