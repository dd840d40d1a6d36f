/** How the app asks again: live figures every two seconds, never from a hidden tab. */
import { QueryCache, QueryClient } from '@tanstack/vue-query'

import { asProblem } from './problem'

export const LIVE_MS = 2_000
export const CALM_MS = 10_000

/** ms after which a figure asked for so often is shown as stale: three answers have not come. */
export function staleAfter(everyMs: number): number {
  return 3 * everyMs + 1_000
}

interface Asked {
  state: { error: unknown }
}

/** Asked again after so many ms; but what was too much for the server, only when a person says so. */
export function every(milliseconds: number | (() => number | false)) {
  const next = typeof milliseconds === 'number' ? () => milliseconds : milliseconds
  return {
    refetchInterval: ({ state }: Asked) => (isTooSlow(state.error) ? false : next()),
    refetchIntervalInBackground: false,
  } as const
}

function isTooSlow(error: unknown): boolean {
  return error !== null && asProblem(error).code === 'too_slow'
}

/** Whether a failed question is put once more at once. */
export function retries(failures: number, caught: unknown): boolean {
  return failures < 1 && asProblem(caught).status >= 500 && !isTooSlow(caught)
}

/** Networks inside the city may have no internet: the browser's own on-line flag is not asked.
 *  `forbidden` is called when the server permits less than the page believed. */
export function createQueryClient(forbidden: () => void): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (caught) => {
        if (asProblem(caught).status === 403) forbidden()
      },
    }),
    defaultOptions: {
      queries: {
        networkMode: 'always',
        staleTime: 1_000,
        retry: retries,
        retryDelay: 500,
      },
      mutations: { networkMode: 'always', retry: false },
    },
  })
}
