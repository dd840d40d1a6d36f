/** Talk between tabs of one browser: a new tab is let in, a rotated token is told, a log-out ends all. */
import { keepTokens, tokens, type Tokens } from './tokens'

type Message =
  | { type: 'ask' }
  | { type: 'tokens'; pair: Tokens; replaces: string | null }
  | { type: 'ended' }
  | { type: 'active' }

const channel = new BroadcastChannel('hengyang.session')
const ANSWER_WITHIN_MS = 200

let onEnded: () => void = () => undefined
let onActive: () => void = () => undefined
let letIn: (() => void) | null = null

/** A tab takes what it is told when it has nothing, or holds exactly the token that was replaced. */
export function shouldAdopt(held: Tokens | null, replaces: string | null): boolean {
  return held === null || held.refresh === replaces
}

channel.onmessage = ({ data }: MessageEvent<Message>) => {
  if (data.type === 'ask' && tokens.value) tell(tokens.value, null)
  if (data.type === 'tokens' && shouldAdopt(tokens.value, data.replaces)) keepTokens(data.pair)
  if (data.type === 'tokens') letIn?.()
  if (data.type === 'ended') onEnded()
  if (data.type === 'active') onActive()
}

function say(message: Message): void {
  channel.postMessage(message)
}

export function tell(pair: Tokens, replaces: string | null): void {
  say({ type: 'tokens', pair, replaces })
}

export function tellEnded(): void {
  say({ type: 'ended' })
}

export function tellActive(): void {
  say({ type: 'active' })
}

export function listenToPeers(handlers: { ended: () => void; active: () => void }): void {
  onEnded = handlers.ended
  onActive = handlers.active
}

/** Resolves as soon as another tab shares its tokens, or after a moment without. */
export function askPeers(): Promise<void> {
  if (tokens.value) return Promise.resolve()
  return new Promise((resolve) => {
    const done = () => {
      letIn = null
      resolve()
    }
    letIn = done
    setTimeout(done, ANSWER_WITHIN_MS)
    say({ type: 'ask' })
  })
}
