/** The pair of tokens of this tab: in memory, and in sessionStorage to outlive a reload. */
import { shallowRef } from 'vue'

export interface Tokens {
  access: string
  refresh: string
  /** ms since epoch on this machine's clock */
  expiresAt: number
}

const KEY = 'hengyang.tokens'

function stored(): Tokens | null {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Tokens | null
  } catch {
    return null
  }
}

export const tokens = shallowRef<Tokens | null>(stored())

export function keepTokens(pair: Tokens): void {
  tokens.value = pair
  sessionStorage.setItem(KEY, JSON.stringify(pair))
}

export function dropTokens(): void {
  tokens.value = null
  sessionStorage.removeItem(KEY)
}

export interface IssuedTokens {
  access_token: string
  refresh_token: string
  expires_in: number
}

export function tokensFrom(issued: IssuedTokens, now: number): Tokens {
  return {
    access: issued.access_token,
    refresh: issued.refresh_token,
    expiresAt: now + issued.expires_in * 1000,
  }
}

/** ms to wait before renewing: a tenth of what is left, but 20 s at least, before the end. */
export function renewalDelay(pair: Tokens, now: number): number {
  const left = pair.expiresAt - now
  return Math.max(0, left - Math.max(20_000, left / 10))
}
