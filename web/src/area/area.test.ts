import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'

import { i18n, language } from '@/i18n'

import CornerList from './CornerList.vue'
import {
  areaOf,
  boxAround,
  cornersOf,
  faultOf,
  km2Of,
  readCorner,
  rounded,
  writeCorner,
  type Corner,
} from './area'

/** On a lattice of 0.01 degrees south-west of which the city lies. */
function ring(...points: [number, number][]): Corner[] {
  return points.map(([x, y]) => [112.5 + x / 100, 26.8 + y / 100])
}

const SQUARE = ring([0, 0], [1, 0], [1, 1], [0, 1])

describe('what is wrong with an area', () => {
  it.each([
    ['nothing', [], 'few'],
    ['two corners', ring([0, 0], [1, 1]), 'few'],
    ['three corners at two places', ring([0, 0], [1, 1], [0, 0]), 'few'],
    ['corners on one line', ring([0, 0], [1, 1], [2, 2], [3, 3]), 'flat'],
    ['a bow tie', ring([0, 0], [1, 1], [1, 0], [0, 1]), 'crossing'],
    ['a corner on a side', ring([0, 0], [2, 0], [2, 2], [1, 0], [0, 2]), 'crossing'],
    ['two corners that touch', ring([0, 0], [2, 0], [1, 1], [2, 2], [0, 2], [1, 1]), 'crossing'],
    ['a side gone over twice', ring([0, 0], [1, 0], [1, 1], [1, 2], [1, 1], [0, 1]), 'crossing'],
    ['a spike at the end', ring([0, 0], [1, 0], [0, 1], [0, -1]), 'crossing'],
  ] as const)('is found: %s', (_, corners, fault) => expect(faultOf(corners)).toBe(fault))

  it.each([
    ['a triangle', ring([0, 0], [1, 0], [0, 1])],
    ['a square', SQUARE],
    ['the other way round', [...SQUARE].reverse()],
    ['a bay', ring([0, 0], [2, 0], [2, 2], [1, 1], [0, 2])],
    ['a corner in the middle of a straight side', ring([0, 0], [1, 0], [2, 0], [2, 2])],
    ['a corner set twice', ring([0, 0], [1, 0], [1, 0], [1, 1])],
  ])('is nothing: %s', (_, corners) => expect(faultOf(corners)).toBeNull())
})

describe('the size of an area', () => {
  it('is what PostGIS measures on the ellipsoid', () => {
    // ST_Area(ST_GeogFromText('POLYGON((112.5 26.8,112.51 26.8,112.51 26.81,112.5 26.81,112.5 26.8))'))
    expect(km2Of(areaOf(SQUARE, null))).toBeCloseTo(POSTGIS_SQUARE_KM2, 4)
  })

  it('leaves out its holes, which a change of its corners keeps', () => {
    const hole = [...SQUARE, SQUARE[0]].map((corner) => [...(corner ?? [])])
    const whole = areaOf(ring([-1, -1], [2, -1], [2, 2], [-1, 2]), null)
    const holed = { ...whole, coordinates: [...whole.coordinates, hole] }
    const changed = areaOf(cornersOf(holed), holed)
    expect(changed.coordinates).toHaveLength(2)
    expect(km2Of(whole) - km2Of(changed)).toBeCloseTo(POSTGIS_SQUARE_KM2, 3)
  })
})

const POSTGIS_SQUARE_KM2 = 1.10164

describe('corners', () => {
  it('go there and back, the first not said twice', () => {
    expect(cornersOf(areaOf(SQUARE, null))).toEqual(SQUARE.map(rounded))
    expect(cornersOf(null)).toEqual([])
  })

  it('stand within the box that shows them', () => {
    const [west, south, east, north] = boxAround(SQUARE)
    expect(west).toBeLessThan(112.5)
    expect(east).toBeGreaterThan(112.51)
    expect([south < 26.8, north > 26.81]).toEqual([true, true])
  })

  it.each(['', '112.5', '112.5 x', '190, 26', '112, 99', '112, 26, 3'])(
    'are not read from "%s"',
    (text) => expect(readCorner(text)).toBeNull(),
  )

  it.each(['112.5712, 26.8934', '112.5712 26.8934', ' 112.5712，26.8934 ', '112.5712;26.8934'])(
    'are read from "%s"',
    (text) => expect(readCorner(text)).toEqual([112.5712, 26.8934]),
  )

  it('are written as they are read', () => {
    expect(writeCorner([112.5712, 26.8934])).toBe('112.571200, 26.893400')
  })
})

describe('the list of corners', () => {
  function list() {
    language.value = 'zh'
    return mount(CornerList, { props: { corners: SQUARE }, global: { plugins: [i18n] } })
  }

  it('tells how to write what it cannot read, and changes nothing', async () => {
    const wrapper = list()
    await wrapper.get('.add input').setValue('east')
    await wrapper.get('.add input').trigger('keydown', { key: 'Enter' })
    expect(wrapper.get('[role=alert]').text()).toContain('经度, 纬度')
    expect(wrapper.emitted('change')).toBeUndefined()
  })

  it('adds, moves and removes', async () => {
    const wrapper = list()
    await wrapper.get('.add input').setValue('112.4, 26.9')
    await wrapper.get('.add input').trigger('keydown', { key: 'Enter' })
    await wrapper.get('li:nth-child(2) input').setValue('112.6, 26.8')
    await wrapper.get('li:nth-child(3) button').trigger('click')
    const told = (wrapper.emitted('change') ?? []).map(([corners]) => corners)
    expect(told).toEqual([
      [...SQUARE, [112.4, 26.9]],
      [SQUARE[0], [112.6, 26.8], SQUARE[2], SQUARE[3]],
      [SQUARE[0], SQUARE[1], SQUARE[3]],
    ])
  })
})
