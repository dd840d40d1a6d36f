/** The one place that reaches the server: every request of the app passes here. */
import createClient from 'openapi-fetch'

import { noteAnswer, noteFailure } from './connection'
import { Problem } from './problem'
import type { paths } from './schema'

/** Sends one request and notes how it went. Raises Problem `unreachable` when no answer comes. */
export async function reach(request: Request): Promise<Response> {
  try {
    const response = await fetch(request)
    noteAnswer(response)
    return response
  } catch (caught) {
    if (request.signal.aborted) throw caught
    noteFailure()
    throw Problem.unreachable()
  }
}

const baseUrl = globalThis.location.origin

/** Without a token: for logging in and renewing. */
export const publicApi = createClient<paths>({ baseUrl, fetch: reach })

interface Answer<T> {
  data?: T
  error?: unknown
  response: Response
}

/** The body of a good answer; anything else is raised as Problem. */
export async function unwrap<T>(call: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await call
  if (!response.ok) throw Problem.from(response, error)
  return data as T
}
