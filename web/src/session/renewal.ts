/** Renews tokens before they end: once at a time, over all tabs, the refresh token rotating. */
import { watch } from 'vue'

import { asProblem } from '@/data/problem'

import { tell } from './peers'
import { alone } from './rotation'
import { keepTokens, renewalDelay, tokens, tokensFrom, type IssuedTokens } from './tokens'

type Exchange = (refreshToken: string) => Promise<IssuedTokens>

let exchange: Exchange | null = null
let expired: () => void = () => undefined
let running: Promise<boolean> | null = null

/** Given at start-up, because the exchange itself is a request and this module serves requests. */
export function configureRenewal(options: { exchange: Exchange; expired: () => void }): void {
  exchange = options.exchange
  expired = options.expired
  watch(tokens, schedule, { immediate: true })
}

/** True when new tokens are in hand; false when the line is down or the session has ended. */
export function renewTokens(): Promise<boolean> {
  running ??= renewLocked().finally(() => {
    running = null
  })
  return running
}

async function renewLocked(): Promise<boolean> {
  const held = tokens.value?.refresh
  if (!held) return false
  // The lock is absent on plain HTTP beyond localhost, where the city's desks are.
  const locks = navigator.locks as LockManager | undefined
  if (!locks)
    return alone(
      held,
      () => tokens.value?.refresh !== held,
      () => renewOnce(held),
    )
  return locks.request('hengyang.renewal', () => renewOnce(held))
}

async function renewOnce(held: string): Promise<boolean> {
  const current = tokens.value
  if (!current || !exchange) return false
  // Another tab was faster while this one waited for the lock.
  if (current.refresh !== held) return true
  try {
    const pair = tokensFrom(await exchange(held), Date.now())
    keepTokens(pair)
    tell(pair, held)
    return true
  } catch (caught) {
    const { status } = asProblem(caught)
    if (status >= 400 && status < 500 && status !== 429) expired()
    return false
  }
}

let timer: ReturnType<typeof setTimeout> | undefined

function schedule(): void {
  clearTimeout(timer)
  const pair = tokens.value
  if (!pair) return
  timer = setTimeout(() => void renewTokens(), renewalDelay(pair, Date.now()))
}
