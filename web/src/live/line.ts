/** The one socket of a tab: opened, kept, found dead, taken up again; what is said on it is not its business. */
import { CLOSED, pauseMs } from './backoff'
import type { ClientFrame, ServerFrame } from './protocol'
import type { LiveState } from './state'

/** The server speaks every two seconds: after such a silence it is asked, and then given up. */
const QUIET_MS = 8_000
const ANSWER_MS = 5_000
const LOOK_MS = 1_000
/** The clock has jumped by more: the machine was asleep, and what was open is perhaps no more. */
const JUMP_MS = 10_000
/** After a sleep an answer is waited for so long. */
const AWAKE_MS = 3_000
/** So long a lost line is said to be taken up; then it is lost. */
const HOPE_MS = 15_000
const CONNECT_MS = 10_000
const SIGNS = ['online', 'pageshow', 'focus'] as const

export interface Party {
  url: () => string
  /** A token that is good now; null where there is none at this moment, `refused` for good. */
  token: () => Promise<string | null>
  /** What to say with the token and right after it. */
  hello: (token: string) => ClientFrame[]
  hear: (frame: ServerFrame) => void
  /** The token was not taken. True: another one may be tried. */
  tokenRefused: () => Promise<boolean>
  state: (state: LiveState) => void
}

export class Line {
  private socket: WebSocket | null = null
  private isWanted = false
  private welcomed = false
  private failures = 0
  private refusals = 0
  private lostAt = 0
  private heardAt = 0
  private openedAt = 0
  private pinged = false
  private lookedAt = 0
  private retry: ReturnType<typeof setTimeout> | undefined
  private clock: ReturnType<typeof setInterval> | undefined

  constructor(private readonly party: Party) {}

  get isLive(): boolean {
    return this.welcomed
  }

  open(): void {
    if (this.isWanted) return
    this.isWanted = true
    this.failures = this.refusals = 0
    this.lostAt = Date.now()
    this.lookedAt = Date.now()
    this.clock = setInterval(() => this.look(), LOOK_MS)
    for (const sign of SIGNS) addEventListener(sign, this.wake)
    document.addEventListener('visibilitychange', this.wake)
    this.party.state('connecting')
    void this.connect()
  }

  close(state: LiveState = 'idle'): void {
    this.isWanted = false
    clearTimeout(this.retry)
    clearInterval(this.clock)
    for (const sign of SIGNS) removeEventListener(sign, this.wake)
    document.removeEventListener('visibilitychange', this.wake)
    this.leave()
    this.party.state(state)
  }

  say(frame: ClientFrame): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame))
  }

  /** Away with the socket, without a word about it. */
  private leave(): void {
    const socket = this.socket
    this.socket = null
    this.welcomed = this.pinged = false
    if (!socket) return
    socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null
    // One that is still being opened must be let finish first, or some browsers log an error.
    if (socket.readyState === WebSocket.CONNECTING) socket.onopen = () => socket.close()
    else socket.close()
  }

  private async connect(): Promise<void> {
    clearTimeout(this.retry)
    this.leave()
    const token = await this.party.token()
    if (!this.isWanted || this.socket) return
    if (token === null) return this.lost(0)
    const socket = new WebSocket(this.party.url())
    this.socket = socket
    this.openedAt = Date.now()
    socket.onopen = () => {
      this.heardAt = Date.now()
      for (const frame of this.party.hello(token)) this.say(frame)
    }
    socket.onmessage = ({ data }: MessageEvent) => this.hear(data)
    socket.onclose = ({ code }: CloseEvent) => void this.closed(code)
  }

  private hear(data: unknown): void {
    this.heardAt = Date.now()
    this.pinged = false
    const frame = parse(data)
    if (!frame) return
    if (frame.t === 'welcome' && !this.welcomed) {
      this.welcomed = true
      this.failures = this.refusals = 0
      this.party.state('live')
    }
    this.party.hear(frame)
  }

  private async closed(code: number): Promise<void> {
    this.leave()
    if (code === CLOSED.origin) return this.close('refused')
    if (code !== CLOSED.token) return this.lost(code)
    // A new token that is refused at once as well is a session that has ended.
    this.refusals += 1
    this.party.state('resuming')
    if (this.refusals > 2 || !(await this.party.tokenRefused())) {
      if (this.isWanted) this.lost(code)
      return
    }
    if (this.isWanted) void this.connect()
  }

  private lost(code: number): void {
    if (this.failures === 0) this.lostAt = Date.now()
    const wait = pauseMs(this.failures, code, Math.random())
    this.failures += 1
    this.party.state(Date.now() - this.lostAt + wait > HOPE_MS ? 'lost' : 'resuming')
    clearTimeout(this.retry)
    this.retry = setTimeout(() => void this.connect(), wait)
  }

  /** Somebody looks again, or the network is back: what waits is tried now, what is open is asked. */
  private readonly wake = (): void => {
    if (document.visibilityState === 'hidden' || !this.isWanted) return
    if (!this.socket) void this.connect()
    else if (this.welcomed && Date.now() - this.heardAt > AWAKE_MS) this.ask(AWAKE_MS)
  }

  private look(): void {
    const now = Date.now()
    const slept = now - this.lookedAt > JUMP_MS
    this.lookedAt = now
    if (slept) this.wake()
    if (!this.socket) return
    if (!this.welcomed) {
      if (now - this.openedAt > CONNECT_MS) this.giveUp()
    } else if (now - this.heardAt > QUIET_MS) this.ask(ANSWER_MS)
  }

  private ask(patience: number): void {
    if (this.pinged) return
    this.pinged = true
    this.say({ t: 'ping' })
    const asked = this.socket
    setTimeout(() => {
      if (this.pinged && this.socket === asked) this.giveUp()
    }, patience)
  }

  private giveUp(): void {
    this.leave()
    this.lost(0)
  }
}

function parse(data: unknown): ServerFrame | null {
  try {
    return JSON.parse(String(data)) as ServerFrame
  } catch {
    return null
  }
}
