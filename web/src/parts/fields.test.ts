import { beforeEach, describe, expect, it } from 'vitest'

import { Once } from '@/data/once'
import { Problem } from '@/data/problem'
import { language } from '@/i18n'

import { sayFields, wrongAt } from './fields'

beforeEach(() => {
  language.value = 'zh'
})

const error = (field: string, code: string, message: string) => ({ field, code, message })

describe('what the server finds wrong with a field', () => {
  it('is told at the field, in the reader’s words, with the number of the rule', () => {
    const said = sayFields([
      error('body.name', 'string_too_long', 'String should have at most 100 characters'),
      error('body.name', 'string_pattern_mismatch', 'second'),
    ])
    expect(said).toEqual({ name: '最多 100 个字符。' })
  })

  it('is found whatever variant of the rule it lies in', () => {
    const said = sayFields([
      error('body.rule.condition.threshold.steps.1.limit', 'float_parsing', 'x'),
    ])
    expect(said).toEqual({ 'condition.steps.1.limit': '须为数字。' })
    expect(wrongAt(said, 'condition')).toBe('须为数字。')
    expect(wrongAt(said, 'condition.steps.1')).toBe('须为数字。')
    expect(wrongAt(said, 'condition.steps.0')).toBe('')
  })

  it('is the server’s sentence where we have no words for the rule', () => {
    expect(sayFields([error('body', 'value_error', 'Value error, name one')])).toEqual({
      body: 'name one',
    })
  })

  it('comes out of a problem document, and whatever else is in it does not', () => {
    const errors = [error('body.name', 'missing', 'Field required'), { field: 3 }, null]
    const problem = Problem.from(new Response('', { status: 422 }), { code: 'invalid', errors })
    expect(problem.errors).toEqual([errors[0]])
  })
})

describe('a request sent again', () => {
  it('keeps its key, another one gets another', () => {
    const once = new Once()
    const key = once.header({ a: 1 })
    expect(once.header({ a: 1 })).toEqual(key)
    expect(once.header({ a: 2 })).not.toEqual(key)
    expect(new Once().header({ a: 1 })).not.toEqual(key)
  })
})
