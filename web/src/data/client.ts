/** The client that speaks in the name of the person logged in. */
import createClient from 'openapi-fetch'

import { renewTokens } from '@/session/renewal'
import { tokens } from '@/session/tokens'

import type { paths } from './schema'
import { reach } from './transport'

function signed(request: Request): Request {
  if (tokens.value) request.headers.set('Authorization', `Bearer ${tokens.value.access}`)
  return request
}

/** A refused token is renewed once; the second refusal is the answer. */
async function reachSigned(request: Request): Promise<Response> {
  const again = request.clone()
  const response = await reach(signed(request))
  if (response.status !== 401) return response
  return (await renewTokens()) ? reach(signed(again)) : response
}

export const api = createClient<paths>({
  baseUrl: globalThis.location.origin,
  fetch: reachSigned,
})
