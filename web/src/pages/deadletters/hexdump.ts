/** Bytes as people compare them: offset, sixteen pairs, what is printable. */

const WIDTH = 16
const PRINTABLE = /[\x20-\x7e]/

export interface HexLine {
  offset: string
  bytes: string
  text: string
}

/** Lines of a dump of `hex`, a string of pairs of hexadecimal digits. */
export function hexLines(hex: string): HexLine[] {
  const pairs = hex.match(/../g) ?? []
  const lines = Math.ceil(pairs.length / WIDTH)
  return Array.from({ length: lines }, (_, line) => hexLine(pairs, line * WIDTH))
}

function hexLine(pairs: readonly string[], start: number): HexLine {
  const part = pairs.slice(start, start + WIDTH)
  const left = part.slice(0, WIDTH / 2).join(' ')
  const right = part.slice(WIDTH / 2).join(' ')
  return {
    offset: start.toString(16).padStart(6, '0'),
    bytes: `${left}  ${right}`.trimEnd(),
    text: part.map(readable).join(''),
  }
}

function readable(pair: string): string {
  const character = String.fromCharCode(Number.parseInt(pair, 16))
  return PRINTABLE.test(character) ? character : '·'
}
