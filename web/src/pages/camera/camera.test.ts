/** The form of a camera: what is sent of it, and what it shows on the map. */
import { describe, expect, it } from 'vitest'

import type { CameraDetail } from '@/data/cameras'

import { areaOf, bodyOf, formOf, streamOf, wrongNumbers } from './cameraForm'

const camera = {
  main: { address: 'rtsp://10.0.0.7/main', user: 'admin', has_password: true },
  sub: null,
  height_m: 6.5,
  heading_deg: 90,
  tilt_deg: 15.100000381469727,
  fov_deg: 60,
  range_m: 80,
  snapshot_seconds: null,
} as unknown as CameraDetail

describe('the form of a camera', () => {
  it('sends no password that nobody typed, and no stream without an address', () => {
    const body = bodyOf(formOf(camera))
    expect(body.main).toEqual({ address: 'rtsp://10.0.0.7/main', user: 'admin' })
    expect(body.sub).toBeNull()
    expect(body.snapshot_seconds).toBeNull()
    expect(body.tilt_deg).toBe(15.1)
  })

  it('sends a password with its user alone', () => {
    const stream = { address: ' rtsp://10.0.0.7/x ', user: '', password: 'secret' }
    expect(streamOf(stream)).toEqual({ address: 'rtsp://10.0.0.7/x' })
    expect(streamOf({ ...stream, user: 'admin' })).toEqual({
      address: 'rtsp://10.0.0.7/x',
      user: 'admin',
      password: 'secret',
    })
  })

  it('names the numbers that are none or out of bounds', () => {
    const form = { ...formOf(camera), heading_deg: '360', height_m: 'six', range_m: '' }
    expect(wrongNumbers(form)).toEqual(['height_m', 'heading_deg'])
  })

  it('draws what it sees, and nothing while it does not know where it looks', () => {
    const place = [112.6, 26.9]
    const area = areaOf(formOf(camera), place)
    const [apex] = area?.coordinates[0] ?? []
    expect(apex).toEqual(place)
    const east = Math.max(...(area?.coordinates[0] ?? []).map(([lon = 0]) => lon))
    expect((east - 112.6) * 111_320 * Math.cos((26.9 * Math.PI) / 180)).toBeCloseTo(80, 0)
    expect(areaOf({ ...formOf(camera), fov_deg: '' }, place)).toBeNull()
    expect(areaOf(formOf(camera), undefined)).toBeNull()
  })
})
