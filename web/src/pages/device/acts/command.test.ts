import { describe, expect, it } from 'vitest'

import { commandOf, FIRST_COMMAND, parseArgs, sayArgs } from './command'

const of = (fields: Partial<typeof FIRST_COMMAND>) => commandOf({ ...FIRST_COMMAND, ...fields })

describe('a command', () => {
  it.each(['', '0', '1.5', '604801', 'x'])('sets no interval of %j seconds', (seconds) => {
    expect(of({ name: 'set_interval', seconds })).toBeNull()
  })

  it.each(['[1]', '1', 'null', '{', '"a"'])('has no arguments %j', (otherArgs) => {
    expect(parseArgs(otherArgs)).toBeNull()
    expect(of({ name: 'other', otherName: 'calibrate', otherArgs })).toBeNull()
  })

  it.each(['', 'Big', 'a b', '9'])('has no name %j', (otherName) => {
    expect(of({ name: 'other', otherName })).toBeNull()
  })

  it('says nothing where there is nothing to say', () => {
    expect(of({ name: 'message', text: ' ' })).toBeNull()
  })

  it('is sent as it was meant', () => {
    expect(of({ name: 'report' })).toEqual({ name: 'report', args: {} })
    expect(of({ name: 'set_interval', seconds: '30' })?.args).toEqual({ seconds: 30 })
    expect(of({ name: 'other', otherName: 'calibrate', otherArgs: '{"point": 2}' })).toEqual({
      name: 'calibrate',
      args: { point: 2 },
    })
  })

  it('tells its arguments in a line', () => {
    expect(sayArgs({ seconds: 30, mode: 'fast', on: true })).toBe('seconds=30 mode=fast on=true')
  })
})
