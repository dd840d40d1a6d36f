/** The live picture of a camera: a socket whose film Media Source plays, begun anew as often as it must. */
import { CLOSED } from './backoff'
import { address, goodToken, tokenRefused } from './entry'
import { Link } from './link'

export type Phase = 'connecting' | 'playing' | 'off' | 'unplayable' | 'forbidden' | 'missing'

export interface PictureStatus {
  phase: Phase
  /** The camera's state where the server has said it, else empty. */
  state: string
}

/** What the server says in words; the rest is film. */
type Words =
  { t: 'state'; state: string } | { t: 'start'; mime: string } | { t: 'unplayable'; codec: string }

const MISSING = 4404
/** A line over which a film comes and nothing has come for so long is dead. */
const SILENCE_MS = 15_000
/** s behind the newest frame: from here on it plays a little faster, or leaps. */
const LATE_S = 0.35
const LEAP_S = 1.5
const FASTER = 1.15
/** s of film that are kept behind what is shown. */
const KEPT_S = 10

export class LivePicture {
  private readonly link: Link
  private film: Film | null = null
  private status: PictureStatus = { phase: 'connecting', state: '' }

  constructor(
    private readonly video: HTMLVideoElement,
    deviceId: string,
    private readonly tell: (status: PictureStatus) => void,
    /** The main stream, where the camera has two. */
    isLarge = false,
  ) {
    this.link = new Link({
      url: () => address(`/api/v1/cameras/${encodeURIComponent(deviceId)}/live`),
      token: goodToken,
      tokenRefused,
      greet: (token) => this.link.say({ token, large: isLarge }),
      hear: (data) => this.hear(data as string | ArrayBuffer),
      quiet: (ms) => this.quiet(ms),
      lost: () => this.lost(),
      refused: (code) => this.refused(code),
      final: [CLOSED.origin, MISSING],
    })
  }

  open(): void {
    this.link.open()
  }

  close(): void {
    this.link.close()
    this.cut()
  }

  private say(phase: Phase, state = this.status.state): void {
    this.status = { phase, state }
    this.tell(this.status)
  }

  private cut(): void {
    this.film?.end()
    this.film = null
  }

  private hear(data: string | ArrayBuffer): void {
    this.link.isTaken()
    if (typeof data !== 'string') this.film?.add(data)
    else this.listen(JSON.parse(data) as Words)
  }

  /** A film that plays is never silent: what is said of a camera that stops comes before this. */
  private quiet(ms: number): void {
    if (this.status.phase === 'playing' && ms > SILENCE_MS) this.link.giveUp()
  }

  private lost(): void {
    this.cut()
    this.say('connecting')
  }

  private refused(code: number): void {
    this.cut()
    this.say(code === MISSING ? 'missing' : 'forbidden')
  }

  private listen(said: Words): void {
    if (said.t === 'unplayable') this.say('unplayable')
    else if (said.t === 'start') this.begin(said.mime)
    else if (said.state === 'online') this.say(this.film ? 'playing' : 'connecting', 'online')
    else {
      this.cut()
      this.say('off', said.state)
    }
  }

  private begin(mime: string): void {
    this.cut()
    if (!globalThis.MediaSource?.isTypeSupported(mime)) return this.say('unplayable')
    this.film = new Film(this.video, mime, () => this.say('playing', 'online'))
  }
}

/** One film: from an initialisation segment to the next. */
class Film {
  private readonly source = new MediaSource()
  private readonly url = URL.createObjectURL(this.source)
  private readonly waiting: ArrayBuffer[] = []
  private buffer: SourceBuffer | null = null
  private shown = false

  constructor(
    private readonly video: HTMLVideoElement,
    mime: string,
    private readonly first: () => void,
  ) {
    this.source.onsourceopen = () => {
      this.buffer = this.source.addSourceBuffer(mime)
      this.buffer.onupdateend = () => this.next()
      this.next()
    }
    video.src = this.url
  }

  add(segment: ArrayBuffer): void {
    this.waiting.push(segment)
    this.next()
  }

  end(): void {
    this.source.onsourceopen = null
    if (this.buffer) this.buffer.onupdateend = null
    this.buffer = null
    this.waiting.length = 0
    if (this.video.src === this.url) this.video.removeAttribute('src')
    this.video.load()
    URL.revokeObjectURL(this.url)
  }

  private next(): void {
    const { buffer } = this
    if (!buffer || buffer.updating || this.source.readyState !== 'open') return
    this.follow(buffer)
    if (this.trim(buffer) || this.waiting.length === 0) return
    buffer.appendBuffer(joined(this.waiting))
    this.waiting.length = 0
  }

  /** Stays close to the newest frame; a tab that was hidden leaps to it. */
  private follow({ buffered }: SourceBuffer): void {
    if (buffered.length === 0) return
    const { video } = this
    const newest = buffered.end(buffered.length - 1)
    const behind = newest - video.currentTime
    if (behind > LEAP_S || video.currentTime < buffered.start(0)) {
      video.currentTime = Math.max(buffered.start(buffered.length - 1), newest - 0.1)
    }
    video.playbackRate = behind > LATE_S ? FASTER : 1
    if (video.paused) void video.play().catch(() => undefined)
    if (!this.shown) this.first()
    this.shown = true
  }

  private trim(buffer: SourceBuffer): boolean {
    const { buffered } = buffer
    const end = this.video.currentTime - KEPT_S
    if (buffered.length === 0 || end - buffered.start(0) < KEPT_S) return false
    buffer.remove(0, end)
    return true
  }
}

function joined(parts: readonly ArrayBuffer[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0))
  let at = 0
  for (const part of parts) {
    whole.set(new Uint8Array(part), at)
    at += part.byteLength
  }
  return whole
}
