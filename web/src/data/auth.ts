/** Logging in and out, renewing, and a person's own password and second factor. */
import { api, clockApi } from './client'
import { publicApi, unwrap } from './transport'
import type { Answer } from './shapes'

export type TokenAnswer = Answer<'/api/v1/auth/token', 'post'>
export type Me = Answer<'/api/v1/me'>

// The client writes JSON unless it is told otherwise twice, in the head and in the body.
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' }

function form(fields: object): URLSearchParams {
  return new URLSearchParams(fields as Record<string, string>)
}

export interface Credentials {
  username: string
  password: string
  totp: string
}

export function requestTokens({ username, password, totp }: Credentials): Promise<TokenAnswer> {
  const body = { grant_type: 'password' as const, username, password, ...(totp ? { totp } : {}) }
  return unwrap(publicApi.POST('/api/v1/auth/token', { headers: FORM, body, bodySerializer: form }))
}

export function exchangeRefreshToken(refresh_token: string): Promise<TokenAnswer> {
  return unwrap(publicApi.POST('/api/v1/auth/refresh', { body: { refresh_token } }))
}

/** Takes the token as it was: by the time this is sent the tab has already forgotten it. */
export async function endSession(access: string): Promise<void> {
  const headers = { Authorization: `Bearer ${access}` }
  await unwrap(publicApi.POST('/api/v1/auth/logout', { headers }))
}

/** `byClock` when no person asks: it leaves the session as idle as it was. */
export function fetchMe(byClock = false): Promise<Me> {
  return unwrap((byClock ? clockApi : api).GET('/api/v1/me'))
}

export async function changePassword(current: string, wanted: string): Promise<void> {
  const body = { current, new: wanted }
  await unwrap(api.POST('/api/v1/me/password', { body }))
}

/** A fresh second factor, proved by the password: a screen left open gives nobody one. */
export function beginTotp(password: string): Promise<Answer<'/api/v1/me/totp', 'post'>> {
  return unwrap(api.POST('/api/v1/me/totp', { body: { password } }))
}

/** Away with the second factor, proved by the password. */
export async function removeTotp(password: string): Promise<void> {
  await unwrap(api.DELETE('/api/v1/me/totp', { body: { password } }))
}

export async function confirmTotp(code: string): Promise<void> {
  await unwrap(api.POST('/api/v1/me/totp/confirm', { body: { code } }))
}
