/** Queues in words: the server names them `owner:what`, or just `what` for tables. */
import { formatBytes, formatNumber } from '@/format/number'
import { translateCount } from '@/i18n'
import { sayCode } from '@/parts/words'

interface Kind {
  write: (amount: number) => string
}

const messages: Kind = { write: (n) => translateCount('count.messages', n, formatNumber(n)) }
const jobs: Kind = { write: (n) => translateCount('count.jobs', n, formatNumber(n)) }
const bytes: Kind = { write: formatBytes }

const things: Kind = { write: (n) => formatNumber(n) }

const KINDS: Readonly<Record<string, Kind>> = {
  bytes_held: bytes,
  jobs,
  jobs_failed: jobs,
  camera_states: things,
  snapshots: things,
}

function parts(name: string): { owner: string; what: string } {
  const [first = '', second] = name.split(':')
  return second === undefined ? { owner: '', what: first } : { owner: first, what: second }
}

/** `ingest-1 · 待入库` of `ingest-1:intake`. */
export function sayQueue(name: string): string {
  const { owner, what } = parts(name)
  const said = sayCode('queue', what)
  return owner ? `${sayCode('queueOwner', owner)} · ${said}` : said
}

/** Length or limit of a queue with its unit. */
export function sayAmount(name: string, amount: number): string {
  return (KINDS[parts(name).what] ?? messages).write(amount)
}
