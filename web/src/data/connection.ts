/** What the last answers say about the line to the server and about its clock. */
import { computed, shallowRef } from 'vue'

const answeredAt = shallowRef<number | null>(null)
const failedAt = shallowRef<number | null>(null)
const offset = shallowRef(0)

// A proxy that answers for a dead server is no answer of the server.
const GATEWAY_FAULTS = new Set([502, 503, 504])

export type ConnectionState = 'waiting' | 'live' | 'lost'

export const connectionState = computed<ConnectionState>(() => {
  if (failedAt.value !== null && failedAt.value > (answeredAt.value ?? 0)) return 'lost'
  return answeredAt.value === null ? 'waiting' : 'live'
})

/** When the server last answered, ms since epoch on this machine's clock. */
export const lastAnswerAt = computed(() => answeredAt.value)

export function noteAnswer(response: Response): void {
  if (GATEWAY_FAULTS.has(response.status)) return noteFailure()
  answeredAt.value = Date.now()
  const said = Date.parse(response.headers.get('Date') ?? '')
  if (Number.isNaN(said)) return
  // The header counts whole seconds: half a second is the middle, and less than two is noise.
  const drift = said + 500 - Date.now()
  offset.value = Math.abs(drift) < 2000 ? 0 : drift
}

export function noteFailure(): void {
  failedAt.value = Date.now()
}

/** The server's now, ms since epoch: ages are right on a machine whose clock is wrong. */
export function serverNow(): number {
  return Date.now() + offset.value
}
