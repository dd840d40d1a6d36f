/** How the app asks again: live figures every two seconds, never from a hidden tab. */
import { QueryClient } from '@tanstack/vue-query'

import { asProblem } from './problem'

export const LIVE_MS = 2_000
export const CALM_MS = 10_000

/** A live figure older than this is shown as stale. */
export const STALE_AFTER_MS = 3 * LIVE_MS + 1_000

export function every(milliseconds: number) {
  return { refetchInterval: milliseconds, refetchIntervalInBackground: false } as const
}

/** Networks inside the city may have no internet: the browser's own on-line flag is not asked. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        networkMode: 'always',
        staleTime: 1_000,
        retry: (failures, caught) => failures < 1 && asProblem(caught).status >= 500,
        retryDelay: 500,
      },
      mutations: { networkMode: 'always', retry: false },
    },
  })
}
