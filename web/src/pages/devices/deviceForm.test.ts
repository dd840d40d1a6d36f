import { describe, expect, it } from 'vitest'

import type { DeviceDetail } from '@/data/devices'

import { changeOf, creationOf, EMPTY_FORM, formOf, placeIsHalf, placeOf } from './deviceForm'

const device = {
  device_id: 'WL-0001',
  name: '西渡桥水位站',
  model: 'generic-water-level',
  owner: '市水务局',
  division: '430408',
  place: { type: 'Point', coordinates: [112.6072, 26.8967] },
  component_code: null,
  camera_number: null,
  expected_interval_seconds: 60,
} as unknown as DeviceDetail

describe('a place', () => {
  it.each([
    ['112.6', ''],
    ['', '26.9'],
    ['112.6', 'x'],
  ])('of %j and %j is half a place', (lon, lat) => {
    expect(placeIsHalf({ lon, lat })).toBe(true)
    expect(placeOf({ lon, lat })).toBeNull()
  })

  it('may be left out', () => expect(placeIsHalf({ lon: '', lat: ' ' })).toBe(false))
})

describe('the form of a device', () => {
  it('leaves out what is empty', () => {
    const made = creationOf({ ...EMPTY_FORM, device_id: ' WL-9 ', name: 'x', interval: '' })
    expect(made).toMatchObject({
      device_id: 'WL-9',
      place: null,
      component_code: null,
      expected_interval_seconds: null,
    })
  })

  it('sends nothing where nothing changed', () => {
    expect(changeOf(formOf(device), formOf(device))).toEqual({})
  })

  it('sends only what changed, and the way back likewise', () => {
    const before = formOf(device)
    const after = { ...before, name: '新名称', lon: '112.61' }
    expect(changeOf(before, after)).toEqual({
      name: '新名称',
      place: { type: 'Point', coordinates: [112.61, 26.8967] },
    })
    expect(changeOf(after, before)).toMatchObject({ name: device.name, place: device.place })
  })
})
