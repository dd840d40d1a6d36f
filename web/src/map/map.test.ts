import { describe, expect, it } from 'vitest'

import { readTileAddress, tileAddress } from '@/data/tiles'
import zh from '@/i18n/zh.json'

import { withGuests } from './guests'
import type { MapInk } from './ink'
import {
  fromMercator,
  metresBetween,
  metresPerPx,
  projector,
  scaleBar,
  toMercator,
} from './mercator'
import { isGliding, isSilent, msToMove, nextTrack, whereIs, type Fix, type Track } from './motion'
import { CLASS_LETTERS, componentDrawing, deviceDrawing } from './points'
import { baseDrawing } from './style'
import { readSymbolName, symbolName } from './symbols'
import { bboxOf, CITY, LEAST_ZOOM, readView, sameView, viewOf, writeView } from './view'

const SQUARE = { lon: 112.572, lat: 26.894, zoom: 14 }
const WINDOW = { width: 1200, height: 800 }

describe('the projection', () => {
  it('leads there and back', () => {
    const [lon, lat] = fromMercator(toMercator(112.572, 26.894))
    expect(lon).toBeCloseTo(112.572, 9)
    expect(lat).toBeCloseTo(26.894, 9)
  })

  it('puts the centre of the view into the middle of the window, north up', () => {
    const project = projector(SQUARE, WINDOW)
    const middle = project(toMercator(SQUARE.lon, SQUARE.lat))
    expect(middle.x).toBeCloseTo(600, 3)
    expect(middle.y).toBeCloseTo(400, 3)
    expect(project(toMercator(SQUARE.lon, SQUARE.lat + 0.01)).y).toBeLessThan(400)
    expect(project(toMercator(SQUARE.lon + 0.01, SQUARE.lat)).x).toBeGreaterThan(600)
  })

  it('measures metres as the ground has them', () => {
    // A degree of latitude is 111 km everywhere.
    const degree = metresBetween(toMercator(112.5, 26.5), toMercator(112.5, 27.5))
    expect(degree / 111_000).toBeCloseTo(1, 1)
    expect(metresPerPx(0, 0)).toBeCloseTo(78_271.5, 0)
  })

  it.each([8, 10, 12.3, 14, 16, 18])('draws at zoom %d a scale of a round length', (zoom) => {
    const { metres, px } = scaleBar({ ...SQUARE, zoom }, 110)
    expect(px).toBeLessThanOrEqual(110)
    expect(px).toBeGreaterThan(40)
    expect(Number(String(metres)[0])).toSatisfy((first: number) => [1, 2, 5].includes(first))
  })
})

describe('the view in the address bar', () => {
  it.each(['', 'x', '112,26', '112,26,', '190,26,10', '112,99,10', '112,26,-1', '1,2,3,4'])(
    '"%s" names no place',
    (text) => expect(readView(text)).toBeNull(),
  )

  it('is read as it was written', () => {
    const view = { lon: 112.57212, lat: 26.89399, zoom: 13.25 }
    expect(readView(writeView(view))).toEqual(view)
    expect(sameView(view, { ...view, lon: view.lon + 1e-7 })).toBe(true)
  })

  it('keeps to the zooms of the map', () => {
    expect(readView('112.5,26.8,1')?.zoom).toBe(LEAST_ZOOM)
  })

  it('shows a box whole', () => {
    const view = viewOf(CITY, WINDOW)
    const [west, south, east, north] = bboxOf(view, WINDOW)
    expect(west).toBeLessThanOrEqual(CITY[0] + 1e-3)
    expect(south).toBeLessThanOrEqual(CITY[1] + 1e-3)
    expect(east).toBeGreaterThanOrEqual(CITY[2] - 1e-3)
    expect(north).toBeGreaterThanOrEqual(CITY[3] - 1e-3)
  })
})

const START = 1_800_000_000_000

function fix(seconds: number, east: number): Fix {
  return { at: START + seconds * 1000, place: toMercator(112.5 + east, 26.9), heading: null }
}

function driven(): Track {
  const first = nextTrack(undefined, fix(0, 0), START)
  return nextTrack(first, fix(2, 0.0004), START + 2000)
}

describe('a vehicle between its fixes', () => {
  it('stands at its first fix', () => {
    const track = nextTrack(undefined, fix(0, 0), START)
    expect(whereIs(track, START + 60_000)).toEqual(fix(0, 0).place)
    expect(isGliding(track, START)).toBe(false)
  })

  it('is half way after half the time between them', () => {
    const track = driven()
    const half = whereIs(track, START + 3000)
    expect(half.x).toBeCloseTo(toMercator(112.5002, 26.9).x, 9)
    expect(isGliding(track, START + 3000)).toBe(true)
  })

  it('is worth a new picture after so long as it takes to be seen elsewhere', () => {
    const track = driven()
    const way = track.to.x - track.from.x
    expect(msToMove(track, way / 4, START + 2500)).toBeCloseTo(500, 6)
    expect(msToMove(track, way / 4, START + 4001)).toBe(Infinity)
  })

  it('stops at the last fix and goes no farther', () => {
    const track = driven()
    expect(whereIs(track, START + 4000)).toEqual(fix(2, 0.0004).place)
    expect(whereIs(track, START + 400_000)).toEqual(fix(2, 0.0004).place)
    expect(isGliding(track, START + 4001)).toBe(false)
  })

  it('goes on from where it is seen, not from where it should have been', () => {
    const track = driven()
    const seen = whereIs(track, START + 3500)
    expect(nextTrack(track, fix(4, 0.001), START + 3500).from).toEqual(seen)
  })

  it('is not moved by a fix that is older than its last, or the same', () => {
    const track = driven()
    expect(nextTrack(track, fix(1, 0.009), START + 2500)).toBe(track)
    expect(nextTrack(track, fix(2, 0.009), START + 2500)).toBe(track)
  })

  it('jumps where no drive was seen: after a long silence, or a long way', () => {
    const track = driven()
    expect(nextTrack(track, fix(120, 0.001), START + 120_000).glideMs).toBe(0)
    expect(nextTrack(track, fix(4, 0.3), START + 4000).glideMs).toBe(0)
  })

  it('looks where it drives when its device does not say', () => {
    expect(driven().heading).toBeCloseTo(90, 3)
  })

  it('is silent when three fixes have not come', () => {
    const track = driven()
    expect(isSilent(track, START + 2000 + 5000)).toBe(false)
    expect(isSilent(track, START + 2000 + 8001)).toBe(true)
  })

  it('is silent from the start when its only fix is old', () => {
    const track = nextTrack(undefined, fix(-3600, 0), START)
    expect(isSilent(track, START)).toBe(true)
  })
})

describe('addresses of tiles', () => {
  it.each(['https://x/y', 'city://users/1/2/3', 'city://base/1/2', 'city://base/a/2/3'])(
    '%s is none of ours',
    (url) => expect(readTileAddress(url)).toBeNull(),
  )

  it('are read as they were given', () => {
    const url = tileAddress('devices').replace('{z}', '14').replace('{x}', '13312')
    expect(readTileAddress(url.replace('{y}', '6890'))).toEqual({
      set: 'devices',
      z: 14,
      x: 13312,
      y: 6890,
    })
  })
})

// Every ink has its own name for a value: what is drawn tells which token it was drawn with.
const INK = new Proxy({} as MapInk, {
  get: (_, name) =>
    name === 'roads'
      ? ['road-1', 'road-2', 'road-3', 'road-4']
      : name === 'scale'
        ? 1
        : `ink-${String(name)}`,
})

describe('styles', () => {
  const base = baseDrawing(INK, 'zh', tileAddress('base'))
  const components = componentDrawing(INK, 'zh', tileAddress('components'))
  const devices = deviceDrawing(INK, tileAddress('devices'), true)
  const all = [...base.layers, ...components.layers, ...devices.layers]

  it('ask no other server for letters, pictures or tiles', () => {
    expect(JSON.stringify([base, components, devices])).not.toMatch(/https?:/)
  })

  it('name every layer once', () => {
    const ids = all.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('draw only from sources that they bring', () => {
    const known = [base, components, devices].flatMap(({ sources }) => Object.keys(sources))
    for (const layer of all) expect(known).toContain('source' in layer ? layer.source : '')
  })

  it('write names in the language of the reader', () => {
    const named = (language: 'zh' | 'en') =>
      JSON.stringify(baseDrawing(INK, language, '').layers.find(({ id }) => id === 'names-2'))
    expect(named('zh').indexOf('name_zh')).toBeLessThan(named('zh').indexOf('name_en'))
    expect(named('en').indexOf('name_en')).toBeLessThan(named('en').indexOf('name_zh'))
  })

  it('show narrow roads later than wide ones', () => {
    const from = Object.fromEntries(base.layers.map(({ id, minzoom }) => [id, minzoom ?? 0]))
    expect(from['road-branch']).toBeGreaterThan(from['road-secondary'] ?? 99)
    expect(from['road-secondary']).toBeGreaterThan(from['road-main'] ?? 99)
    expect(from['road-main']).toBeGreaterThan(from['road-expressway'] ?? 99)
  })

  it('give every state of a device a layer and a symbol of its own', () => {
    for (const state of Object.keys(zh.deviceState)) {
      const layer = devices.layers.find(({ id }) => id === `devices-${state}`)
      expect(JSON.stringify(layer), state).toContain(
        symbolName('camera', state as never, INK.theme),
      )
    }
  })

  it('let no device look live while nobody knows', () => {
    const blind = deviceDrawing(INK, '', false).layers
    const seen = blind.filter(
      ({ id, paint }) =>
        id.startsWith('devices-') && (paint as Record<string, unknown>)?.['icon-opacity'] === 1,
    )
    expect(seen.map(({ id }) => id)).toEqual(['devices-unknown'])
  })

  it('have the same letters of component classes in both languages', () => {
    expect(Object.keys(CLASS_LETTERS.en)).toEqual(Object.keys(CLASS_LETTERS.zh))
    for (const letters of Object.values(CLASS_LETTERS)) {
      expect(new Set(Object.values(letters)).size).toBe(Object.keys(letters).length)
    }
  })

  it('read a symbol by its name', () => {
    expect(readSymbolName(symbolName('epolice', 'late', 'dark'))).toEqual({
      kind: 'epolice',
      state: 'late',
    })
    expect(readSymbolName('marker')).toBeNull()
  })
})

describe('a new style', () => {
  const ours = { version: 8 as const, sources: {}, layers: [] }
  const layer = (id: string) => ({ id, source: id, type: 'line' as const })
  const source = { type: 'vector' as const }

  it('is the first one', () => expect(withGuests(undefined, ours)).toBe(ours))

  it('keeps above itself what a library has drawn, and nothing else', () => {
    const before = {
      ...ours,
      sources: { base: source, 'guest-point': source },
      layers: [layer('roads'), layer('guest-point')],
    }
    const after = withGuests(before, { ...ours, layers: [layer('water')] })
    expect(after.layers.map(({ id }) => id)).toEqual(['water', 'guest-point'])
    expect(Object.keys(after.sources)).toEqual(['guest-point'])
  })
})
