/** The line of the live feed: welcomed, asked when it is silent, and how it stands with it. */
import { CLOSED } from './backoff'
import { Link, type Talker } from './link'
import type { ClientFrame, ServerFrame } from './protocol'
import type { LiveState } from './state'

/** The server speaks every two seconds: after such a silence it is asked, and then given up. */
const QUIET_MS = 8_000
const ANSWER_MS = 5_000
/** After a sleep an answer is waited for so long. */
const AWAKE_MS = 3_000
/** So long a lost line is said to be taken up; then it is lost. */
const HOPE_MS = 15_000

export interface Party extends Pick<Talker, 'url' | 'token' | 'tokenRefused'> {
  /** What to say with the token and right after it. */
  hello: (token: string) => ClientFrame[]
  hear: (frame: ServerFrame) => void
  state: (state: LiveState) => void
}

export class Line {
  private readonly link: Link
  private lostAt: number | null = null
  private pinged = false

  constructor(private readonly party: Party) {
    const { url, token, tokenRefused } = party
    this.link = new Link({
      url,
      token,
      tokenRefused,
      greet: (held) => party.hello(held).forEach((frame) => this.say(frame)),
      hear: (data) => this.hear(data),
      quiet: (ms, awake) => this.quiet(ms, awake),
      lost: (waitMs) => this.lost(waitMs),
      refused: () => party.state('refused'),
      final: [CLOSED.origin],
    })
  }

  get isLive(): boolean {
    return this.link.isWell
  }

  open(): void {
    if (!this.link.open()) return
    this.lostAt = null
    this.party.state('connecting')
  }

  close(state: LiveState = 'idle'): void {
    this.link.close()
    this.party.state(state)
  }

  say(frame: ClientFrame): void {
    this.link.say(frame)
  }

  private hear(data: unknown): void {
    this.pinged = false
    const frame = parse(data)
    if (!frame) return
    if (frame.t === 'welcome' && !this.link.isWell) {
      this.link.isTaken()
      this.lostAt = null
      this.party.state('live')
    }
    this.party.hear(frame)
  }

  private lost(waitMs: number): void {
    this.pinged = false
    this.lostAt ??= Date.now()
    this.party.state(Date.now() - this.lostAt + waitMs > HOPE_MS ? 'lost' : 'resuming')
  }

  private quiet(ms: number, awake: boolean): void {
    if (ms > (awake ? AWAKE_MS : QUIET_MS)) this.ask(awake ? AWAKE_MS : ANSWER_MS)
  }

  private ask(patience: number): void {
    if (this.pinged) return
    this.pinged = true
    this.say({ t: 'ping' })
    const asked = this.link.current
    setTimeout(() => {
      if (this.pinged && this.link.current === asked) this.link.giveUp()
    }, patience)
  }
}

function parse(data: unknown): ServerFrame | null {
  try {
    return JSON.parse(String(data)) as ServerFrame
  } catch {
    return null
  }
}
