/** What the last answers say about the line to the server, its database and its clock. */
import { computed, shallowRef } from 'vue'

const answeredAt = shallowRef<number | null>(null)
const silentAt = shallowRef<number | null>(null)
const goodAt = shallowRef<number | null>(null)
const impaired = shallowRef(false)
const offset = shallowRef(0)

// A proxy that answers for a dead server is no answer of the server.
const GATEWAY_FAULTS = new Set([502, 503, 504])
const OUR_PROBLEMS = 'application/problem+json'

/** `impaired`: the server answers, but what it depends on is away. */
export type ConnectionState = 'waiting' | 'live' | 'impaired' | 'lost'

export const connectionState = computed<ConnectionState>(() => {
  if (silentAt.value !== null && silentAt.value >= (answeredAt.value ?? 0)) return 'lost'
  if (answeredAt.value === null) return 'waiting'
  return impaired.value ? 'impaired' : 'live'
})

/** When the server last answered, ms since epoch on this machine's clock. */
export const lastAnswerAt = computed(() => answeredAt.value)

/** When it last answered with what was asked for, likewise: the age of what the pages show. */
export const lastGoodAt = computed(() => goodAt.value)

export function noteAnswer(response: Response): void {
  const ours = response.headers.get('Content-Type')?.startsWith(OUR_PROBLEMS) ?? false
  if (GATEWAY_FAULTS.has(response.status) && !ours) return noteSilence(Date.now())
  answeredAt.value = Date.now()
  silentAt.value = null
  if (response.ok) {
    goodAt.value = Date.now()
    impaired.value = false
  }
  const said = Date.parse(response.headers.get('Date') ?? '')
  if (Number.isNaN(said)) return
  // The header counts whole seconds: half a second is the middle, and less than two is noise.
  const drift = said + 500 - Date.now()
  offset.value = Math.abs(drift) < 2000 ? 0 : drift
}

/** No answer to what was asked at `asked`, ms since epoch: an answer to later words outweighs it. */
export function noteSilence(asked: number): void {
  silentAt.value = Math.max(asked, silentAt.value ?? 0)
}

/** The server itself says that its database or its streams are away. */
export function noteImpaired(): void {
  impaired.value = true
}

/** The server's now, ms since epoch: ages are right on a machine whose clock is wrong. */
export function serverNow(): number {
  return Date.now() + offset.value
}
