/** The clients that speak in the name of the person logged in: for an act, and for the clock. */
import createClient from 'openapi-fetch'

import { renewTokens } from '@/session/renewal'
import { tokens } from '@/session/tokens'
import { noteUse } from '@/session/use'

import { Problem } from './problem'
import type { paths } from './schema'
import { LONG_PATIENCE_MS, PATIENCE_MS, reach } from './transport'

/** The server's sign of a request that nobody asked for: it is no use of the session. */
const BACKGROUND = 'X-Background'

function signed(request: Request): Request {
  if (tokens.value) request.headers.set('Authorization', `Bearer ${tokens.value.access}`)
  if (!request.headers.has(BACKGROUND)) noteUse()
  return request
}

/** A refused token is renewed once; the second refusal is the answer. */
async function reachSigned(request: Request, patienceMs = PATIENCE_MS): Promise<Response> {
  const again = request.clone()
  const response = await reach(signed(request), patienceMs)
  if (response.status !== 401) return response
  if (await renewTokens()) return reach(signed(again), patienceMs)
  // Tokens still in hand: the renewal found no answer, and the session has not ended.
  if (tokens.value) throw Problem.unreachable()
  return response
}

const baseUrl = globalThis.location.origin

const reachInTime = (request: Request) => reachSigned(request)

/** What a person does. */
export const api = createClient<paths>({ baseUrl, fetch: reachInTime })

/** Likewise, where the server has much to take in or to work out. */
export const slowApi = createClient<paths>({
  baseUrl,
  fetch: (request: Request) => reachSigned(request, LONG_PATIENCE_MS),
})

/** What a page asks by the clock; a desk that only polls grows idle all the same. */
export const clockApi = createClient<paths>({
  baseUrl,
  fetch: reachInTime,
  headers: { [BACKGROUND]: '1' },
})
