/** How a socket of ours gets in: the server's address, and the token of who is logged in. */
import { renewTokens } from '@/session/renewal'
import { sessionRefused } from '@/session/session'
import { tokens } from '@/session/tokens'

/** A token that ends within this is renewed first. */
const TOKEN_MS = 5_000

/** The server's address of a socket. */
export function address(path: string): string {
  const url = new URL(path, globalThis.location.origin)
  url.protocol = url.protocol.replace('http', 'ws')
  return url.href
}

export async function goodToken(): Promise<string | null> {
  const held = tokens.value
  if (held && held.expiresAt - Date.now() < TOKEN_MS) await renewTokens()
  return tokens.value?.access ?? null
}

let refusedToken = ''

/** Renewed once; when the new one is refused too, the session has ended, as with any request. */
export async function tokenRefused(): Promise<boolean> {
  const held = tokens.value?.access ?? ''
  if (held !== '' && held === refusedToken) {
    sessionRefused()
    return false
  }
  if (!(await renewTokens())) return false
  refusedToken = tokens.value?.access ?? ''
  return true
}
