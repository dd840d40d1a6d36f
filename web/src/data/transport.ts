/** The one place that reaches the server: every request of the app passes here. */
import createClient from 'openapi-fetch'

import { noteAnswer, noteImpaired, noteSilence } from './connection'
import { Problem } from './problem'
import type { paths } from './schema'

/** No answer of ours takes longer; what hangs is given up. */
export const PATIENCE_MS = 10_000
/** What sends or computes much: a file of devices, a rule tried on a month. */
export const LONG_PATIENCE_MS = 120_000

const WITHOUT_BODY = new Set([204, 205, 304])

/** Sends one request and notes how it went; an answer has come when its last byte has.
 *  Raises Problem `unreachable` when none comes within `patienceMs`. */
export async function reach(request: Request, patienceMs = PATIENCE_MS): Promise<Response> {
  const asked = Date.now()
  // Half of its patience gone says that the line is lost, before the request is given up.
  const overdue = setTimeout(() => noteSilence(asked), patienceMs / 2)
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(patienceMs)])
  try {
    const response = await whole(await fetch(request, { signal }))
    noteAnswer(response)
    return response
  } catch (caught) {
    if (request.signal.aborted) throw caught
    noteSilence(Date.now())
    throw Problem.unreachable()
  } finally {
    clearTimeout(overdue)
  }
}

async function whole(response: Response): Promise<Response> {
  if (WITHOUT_BODY.has(response.status)) return response
  return new Response(await response.arrayBuffer(), response)
}

const baseUrl = globalThis.location.origin

/** Without a token: for logging in and renewing. */
export const publicApi = createClient<paths>({
  baseUrl,
  fetch: (request: Request) => reach(request),
})

interface Answer<T> {
  data?: T
  error?: unknown
  response: Response
}

/** The body of a good answer; anything else is raised as Problem. */
export async function unwrap<T>(call: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await call
  if (response.ok) return data as T
  const problem = Problem.from(response, error)
  if (problem.code === 'unavailable') noteImpaired()
  throw problem
}
