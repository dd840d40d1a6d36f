/** Logging in and out, renewing, and a person's own password and second factor. */
import { api } from './client'
import { publicApi, unwrap } from './transport'
import type { components } from './schema'

export type TokenAnswer = components['schemas']['Token']
export type Me = components['schemas']['Me']

function form(fields: Record<string, string>): URLSearchParams {
  return new URLSearchParams(fields)
}

export interface Credentials {
  username: string
  password: string
  totp: string
}

export function requestTokens({ username, password, totp }: Credentials): Promise<TokenAnswer> {
  const body = { grant_type: 'password', username, password, ...(totp ? { totp } : {}) }
  return unwrap(publicApi.POST('/api/v1/auth/token', { body, bodySerializer: form }))
}

export function exchangeRefreshToken(refresh_token: string): Promise<TokenAnswer> {
  return unwrap(publicApi.POST('/api/v1/auth/refresh', { body: { refresh_token } }))
}

/** Takes the pair as it was: by the time this is sent the tab has already forgotten it. */
export async function revokeTokens(pair: { access: string; refresh: string }): Promise<void> {
  const headers = { Authorization: `Bearer ${pair.access}` }
  const body = { refresh_token: pair.refresh }
  await unwrap(publicApi.POST('/api/v1/auth/logout', { headers, body }))
}

export function fetchMe(): Promise<Me> {
  return unwrap(api.GET('/api/v1/me'))
}

export async function changePassword(current: string, wanted: string): Promise<void> {
  const body = { current_password: current, new_password: wanted }
  await unwrap(api.POST('/api/v1/me/password', { body }))
}

export function beginTotp(): Promise<components['schemas']['TotpSecret']> {
  return unwrap(api.POST('/api/v1/me/totp'))
}

export async function confirmTotp(code: string): Promise<void> {
  await unwrap(api.POST('/api/v1/me/totp/confirm', { body: { code } }))
}
