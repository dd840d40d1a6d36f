/** A socket that is wanted: opened, found dead, lost and taken up again; what is said on it is not its business. */
import { CLOSED, pauseMs } from './backoff'

const LOOK_MS = 1_000
/** The clock has jumped by more: the machine was asleep, and what was open is perhaps no more. */
const JUMP_MS = 10_000
/** A line over which nothing good has come after this is given up. */
const CONNECT_MS = 10_000
/** New tokens that are refused one after the other: then it waits like any other loss. */
const MOST_REFUSALS = 2
const SIGNS = ['online', 'pageshow', 'focus'] as const

/** Who speaks on the line. */
export interface Talker {
  url: () => string
  /** A token that is good now; null where there is none at this moment. */
  token: () => Promise<string | null>
  /** The token was not taken. True: another one may be tried. */
  tokenRefused: () => Promise<boolean>
  /** The line is open, and waits for its first words. */
  greet: (token: string) => void
  hear: (data: unknown) => void
  /** Nothing came for so long on a line that is well; `awake`: somebody has just come back to it. */
  quiet: (ms: number, awake: boolean) => void
  /** It is gone, and will be tried again in `waitMs`. */
  lost: (waitMs: number) => void
  /** The server will not have us, now or later: the code by which it said so. */
  refused: (code: number) => void
  /** Codes that mean such an end. */
  final: readonly number[]
}

export class Link {
  private socket: WebSocket | null = null
  private isWanted = false
  private well = false
  private failures = 0
  private refusals = 0
  private heardAt = 0
  private openedAt = 0
  private lookedAt = 0
  private retry: ReturnType<typeof setTimeout> | undefined
  private clock: ReturnType<typeof setInterval> | undefined

  constructor(private readonly talker: Talker) {}

  get isWell(): boolean {
    return this.well
  }

  /** Tells one line from the next: null while there is none. */
  get current(): object | null {
    return this.socket
  }

  /** False: it was open already. */
  open(): boolean {
    if (this.isWanted) return false
    this.isWanted = true
    this.failures = this.refusals = 0
    this.lookedAt = Date.now()
    this.clock = setInterval(() => this.look(), LOOK_MS)
    for (const sign of SIGNS) addEventListener(sign, this.wake)
    document.addEventListener('visibilitychange', this.wake)
    void this.connect()
    return true
  }

  close(): void {
    this.isWanted = false
    clearTimeout(this.retry)
    clearInterval(this.clock)
    for (const sign of SIGNS) removeEventListener(sign, this.wake)
    document.removeEventListener('visibilitychange', this.wake)
    this.leave()
  }

  say(frame: object): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame))
  }

  /** The server has taken us in: what failed before counts no more. */
  isTaken(): void {
    this.well = true
    this.failures = this.refusals = 0
  }

  /** What is open is dead: it is taken up anew. */
  giveUp(): void {
    this.leave()
    this.lost(0)
  }

  /** Away with the socket, without a word about it. */
  private leave(): void {
    const socket = this.socket
    this.socket = null
    this.well = false
    if (!socket) return
    socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null
    // One that is still being opened must be let finish first, or some browsers log an error.
    if (socket.readyState === WebSocket.CONNECTING) socket.onopen = () => socket.close()
    else socket.close()
  }

  private async connect(): Promise<void> {
    clearTimeout(this.retry)
    this.leave()
    const token = await this.talker.token()
    if (!this.isWanted || this.socket) return
    if (token === null) return this.lost(0)
    const socket = new WebSocket(this.talker.url())
    socket.binaryType = 'arraybuffer'
    this.socket = socket
    this.openedAt = Date.now()
    socket.onopen = () => {
      this.heardAt = Date.now()
      this.talker.greet(token)
    }
    socket.onmessage = ({ data }: MessageEvent) => {
      this.heardAt = Date.now()
      this.talker.hear(data)
    }
    socket.onclose = ({ code }: CloseEvent) => void this.closed(code)
  }

  private async closed(code: number): Promise<void> {
    this.leave()
    if (this.talker.final.includes(code)) {
      this.close()
      return this.talker.refused(code)
    }
    if (code !== CLOSED.token) return this.lost(code)
    // A new token that is refused at once as well is a session that has ended.
    this.refusals += 1
    this.talker.lost(0)
    const again = this.refusals <= MOST_REFUSALS && (await this.talker.tokenRefused())
    if (!this.isWanted) return
    if (again) void this.connect()
    else this.lost(code)
  }

  private lost(code: number): void {
    const wait = pauseMs(this.failures, code, Math.random())
    this.failures += 1
    this.talker.lost(wait)
    clearTimeout(this.retry)
    this.retry = setTimeout(() => void this.connect(), wait)
  }

  /** Somebody looks again, or the network is back: what waits is tried now, what is open is asked. */
  private readonly wake = (): void => {
    if (document.visibilityState === 'hidden' || !this.isWanted) return
    if (!this.socket) void this.connect()
    else if (this.well) this.talker.quiet(Date.now() - this.heardAt, true)
  }

  private look(): void {
    const now = Date.now()
    const slept = now - this.lookedAt > JUMP_MS
    this.lookedAt = now
    if (slept) this.wake()
    if (!this.socket) return
    if (this.well) this.talker.quiet(now - this.heardAt, false)
    else if (now - this.openedAt > CONNECT_MS) this.giveUp()
  }
}
