/** Who is logged in, and the ways in and out. */
import { shallowRef } from 'vue'

import {
  exchangeRefreshToken,
  fetchMe,
  requestTokens,
  endSession,
  type Credentials,
  type Me,
} from '@/data/auth'

import { askPeers, listenToPeers, tell, tellEnded } from './peers'
import { configureRenewal } from './renewal'
import { dropTokens, keepTokens, tokens, tokensFrom } from './tokens'
import { noteActivity } from './idle'

export type EndReason = 'expired' | 'idle' | 'left'

export const me = shallowRef<Me | null>(null)

/** Why the last session of this tab ended. */
export const endedBy = shallowRef<EndReason>('expired')

let onEnd: (reason: EndReason) => void = () => undefined

/** Called once at start-up; `ended` leads to the login page. */
export async function startSession(ended: (reason: EndReason) => void): Promise<void> {
  onEnd = ended
  configureRenewal({ exchange: exchangeRefreshToken, expired: sessionRefused })
  listenToPeers({ ended: () => endHere('left'), active: noteActivity })
  await askPeers()
}

function endHere(reason: EndReason): void {
  if (!tokens.value) return
  dropTokens()
  me.value = null
  endedBy.value = reason
  onEnd(reason)
}

export async function logIn(credentials: Credentials): Promise<void> {
  const pair = tokensFrom(await requestTokens(credentials), Date.now())
  keepTokens(pair)
  tell(pair, null)
  noteActivity()
  await loadMe()
}

/** Ends the session in every tab at once; the server is told, but not waited for. */
export function logOut(reason: EndReason = 'left'): void {
  const pair = tokens.value
  if (pair) void endSession(pair.access).catch(() => undefined)
  tellEnded()
  endHere(reason)
}

/** `byClock` when no person asks for it, so that it is no use of the session. */
export async function loadMe(byClock = false): Promise<void> {
  const found = await fetchMe(byClock)
  // The session may have ended while the answer was under way.
  if (tokens.value) me.value = found
}

/** The server has refused the session for good. */
export function sessionRefused(): void {
  endHere('expired')
}

export function isLoggedIn(): boolean {
  return tokens.value !== null
}
