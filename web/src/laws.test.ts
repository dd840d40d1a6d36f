/** Laws of the house that a reader would otherwise have to watch over. */
import { readFileSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

import { lookOf } from '@/parts/tones'

import en from './i18n/en.json'
import zh from './i18n/zh.json'

const ROOT = import.meta.dirname

const FILES = readdirSync(ROOT, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.(ts|vue|css)$/.test(entry.name))
  .map((entry) => join(entry.parentPath, entry.name))
  .map((path) => ({ name: relative(ROOT, path), text: readFileSync(path, 'utf8') }))
  .filter(({ name }) => name !== 'data/schema.d.ts' && !name.endsWith('.test.ts'))

type Catalogue = { [key: string]: string | Catalogue }

function keys(catalogue: Catalogue, prefix = ''): string[] {
  return Object.entries(catalogue).flatMap(([key, value]) =>
    typeof value === 'string' ? [prefix + key] : keys(value, `${prefix}${key}.`),
  )
}

function text(catalogue: Catalogue, path: string): string {
  return String(path.split('.').reduce<unknown>((at, key) => (at as Catalogue)[key], catalogue))
}

function blanks(sentence: string): string[] {
  const names = [...sentence.matchAll(/\{(\w+)\}/g)].map(([, name]) => String(name))
  // Singular and plural stand side by side in one sentence.
  return [...new Set(names)].sort()
}

const known = new Set(keys(zh))

const SOURCES = FILES.map(({ text: source }) => source).join('\n')

/** Said by its own name, or as a value of a list: by `list`, or by the beginning of its name. */
function isSaid(key: string): boolean {
  const parts = key.split('.')
  const lists = parts.slice(1).map((_, at) => parts.slice(0, at + 1).join('.'))
  const named = [`'${key}'`, `"${key}"`]
  const listed = lists.flatMap((list) => [
    ...['sayCode', 'choicesOf', 'entries'].map((say) => `${say}('${list}'`),
    `list="${list}"`,
    `\`${list}.\${`,
  ])
  return [...named, ...listed].some((mention) => SOURCES.includes(mention))
}

describe('languages', () => {
  it('have the same keys', () => {
    expect(keys(en).sort()).toEqual(keys(zh).sort())
  })

  it('fill the same blanks in every sentence', () => {
    for (const key of known)
      expect([key, ...blanks(text(en, key))]).toEqual([key, ...blanks(text(zh, key))])
  })

  it('leave no sentence empty', () => {
    for (const key of known) expect(text(zh, key) && text(en, key), key).not.toBe('')
  })

  it.each(FILES)('$name asks only for sentences that exist', ({ text: source }) => {
    const asked = [...source.matchAll(/(?:\$t|\bt|translate(?:Count)?)\(\s*'([\w.]+)'/g)].map(
      ([, key]) => String(key),
    )
    expect(asked.filter((key) => !known.has(key))).toEqual([])
  })

  it('keep no sentence that nobody says', () => {
    expect([...known].filter((key) => !isSaid(key))).toEqual([])
  })

  it.each(FILES.filter(({ name }) => name.endsWith('.vue')))(
    '$name holds no words of its own',
    ({ text: source }) => {
      const template = source.slice(source.indexOf('<template>'))
      expect(template.match(/[\u4e00-\u9fff]+/g) ?? []).toEqual([])
    },
  )
})

describe('house', () => {
  it.each(FILES.filter(({ name }) => name !== 'theme/tokens.css'))(
    '$name names colours only by token',
    ({ text: source }) => {
      expect(source.match(/#[0-9a-f]{3,8}\b|\b(?:rgb|hsl)a?\(/gi) ?? []).toEqual([])
    },
  )

  it.each(FILES.filter(({ name }) => !name.startsWith('data/')))(
    '$name leaves fetching to src/data',
    ({ text: source }) => {
      expect(source).not.toMatch(/\bfetch\(|XMLHttpRequest|openapi-fetch/)
    },
  )

  it.each(FILES)('$name stays under 400 lines', ({ text: source }) => {
    expect(source.split('\n').length).toBeLessThanOrEqual(400)
  })

  it.each(FILES.filter(({ name }) => name.endsWith('.ts') && !name.endsWith('.d.ts')))(
    '$name says in its first line what lives here',
    ({ text: source }) => {
      expect(source).toMatch(/^\/\*\*/)
    },
  )
})

describe('requests by the clock', () => {
  const asked = FILES.filter(({ name }) => name.startsWith('data/')).flatMap(
    ({ name, text: source }) =>
      source
        .split(/^export /m)
        .filter((part) => /\.\.\.every\(|refetchInterval:/.test(part) && part.includes('useQuery('))
        .map((part) => ({ name: `${name}: ${part.split('(')[0] ?? ''}`, part })),
  )

  it.each(asked)('$name is no use of the session', ({ part }) => {
    expect(part).not.toMatch(/\bapi\./)
  })

  it('are found at all', () => expect(asked.length).toBeGreaterThan(5))
})

describe('states', () => {
  it.each(
    [...known].filter((key) =>
      /^(severity|(device|letter|gap|command|row|rule|silence)State)\./.test(key),
    ),
  )('%s has an icon of its own', (key) => {
    const [list = '', value = ''] = key.split('.')
    if (value !== 'unknown') expect(lookOf(list, value)).not.toBe(lookOf('deviceState', 'unknown'))
  })
})
