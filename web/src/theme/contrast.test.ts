/** WCAG AA of the tokens in both themes, so that a prettier shade cannot cost a reader. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const CSS = readFileSync(join(import.meta.dirname, 'tokens.css'), 'utf8')

function tokensOf(selector: string): Map<string, string> {
  const start = CSS.indexOf(selector)
  const block = CSS.slice(start, CSS.indexOf('}', start))
  return new Map(
    [...block.matchAll(/(--hy-[\w-]+):\s*(#[0-9a-f]{6});/g)].map(([, k, v]) => [
      String(k),
      String(v),
    ]),
  )
}

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (light + 0.05) / (dark + 0.05)
}

const GROUNDS = ['canvas', 'surface', 'raised', 'sunken', 'hover']
const WORDS = [
  'text',
  'text-2',
  'text-3',
  'accent',
  'red',
  'orange',
  'yellow',
  'blue',
  'green',
  'stale',
]
const SHAPES = ['line-strong', 'series-1', 'series-2', 'series-3']

describe.each([
  ['dark', ':root {'],
  ['light', ":root[data-theme='light'] {"],
])('%s theme', (_, selector) => {
  const tokens = tokensOf(selector)
  const ratio = (front: string, back: string) =>
    contrast(tokens.get(`--hy-${front}`) ?? '', tokens.get(`--hy-${back}`) ?? '')

  it.each(WORDS.flatMap((word) => GROUNDS.map((ground) => [word, ground] as const)))(
    '%s can be read on %s',
    (word, ground) => expect(ratio(word, ground)).toBeGreaterThanOrEqual(4.5),
  )

  it.each(SHAPES)('%s can be told from the surface', (shape) => {
    expect(ratio(shape, 'surface')).toBeGreaterThanOrEqual(3)
  })

  it.each(['land', 'built', 'water', 'beyond'])(
    'lets names be read on the %s of the map',
    (ground) => {
      expect(ratio('map-name', `map-${ground}`)).toBeGreaterThanOrEqual(4.5)
      expect(ratio('map-name-2', `map-${ground}`)).toBeGreaterThanOrEqual(3.5)
      expect(ratio('text', 'map-cluster')).toBeGreaterThanOrEqual(4.5)
    },
  )

  it('lets words on the accent be read', () => {
    expect(ratio('accent-ink', 'accent')).toBeGreaterThanOrEqual(4.5)
    expect(ratio('text', 'accent-veil')).toBeGreaterThanOrEqual(4.5)
  })
})
