import { mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it } from 'vitest'
import { nextTick } from 'vue'

import { Problem } from '@/data/problem'
import { i18n, language } from '@/i18n'
import { nextRow } from '@/keyboard/rows'
import { hexLines } from '@/pages/deadletters/hexdump'

import DataTable from './DataTable.vue'
import QueryView from './QueryView.vue'
import { patched } from './address'
import { sayAge, sayCode, sayProblem, saySpan } from './words'

beforeEach(() => (language.value = 'zh'))

const global = { plugins: [i18n] }

describe('a list’s address', () => {
  it('begins a new filter at the first page', () => {
    expect(patched({ kind: 'sensor', after: 'c1' }, { kind: 'vehicle' })).toEqual({
      kind: 'vehicle',
    })
  })

  it('keeps the filter while paging and while a row is open', () => {
    expect(patched({ kind: 'sensor' }, { after: 'c1' })).toEqual({ kind: 'sensor', after: 'c1' })
    expect(patched({ after: 'c1' }, { letter: '9' })).toEqual({ after: 'c1', letter: '9' })
  })

  it('drops what is empty', () => expect(patched({ q: 'x' }, { q: '' })).toEqual({}))
})

describe('words', () => {
  it('say nothing of an unknown age', () => {
    expect(sayAge(null)).toBe('—')
    expect(saySpan(undefined)).toBe('—')
  })

  it('speak the language of the reader', () => {
    expect(sayAge(12)).toBe('12 秒前')
    language.value = 'en'
    expect(sayAge(12)).toBe('12 s ago')
    expect(saySpan(0.4)).toBe('0.4 s')
  })

  it('show a code that is newer than this page as it is', () => {
    expect(sayCode('reason', 'solar_flare')).toBe('solar_flare')
  })

  it('tell the server’s own words where there are none of ours', () => {
    expect(sayProblem(new Problem({ status: 409, code: 'conflict', detail: 'Taken.' }))).toBe(
      'Taken.',
    )
    expect(sayProblem(Problem.unreachable())).toContain('没有应答')
  })
})

describe('a query on the screen', () => {
  const show = (props: object) =>
    mount(QueryView, {
      global,
      props: { pending: false, error: null, hasData: false, ...props },
      slots: { default: 'the thing' },
    }).text()

  it.each([
    ['refused', { error: new Problem({ status: 403, code: 'forbidden', detail: '' }) }, '没有权限'],
    ['failed', { error: Problem.unreachable() }, '重试'],
    ['empty', { hasData: true, empty: true }, '暂无内容'],
    ['there', { hasData: true }, 'the thing'],
    ['there though renewing failed', { hasData: true, error: Problem.unreachable() }, 'the thing'],
  ])('that is %s', (_, props, words) => expect(show(props)).toContain(words))
})

describe('a table by keyboard', () => {
  const table = () =>
    mount(DataTable<{ id: string }>, {
      global,
      attachTo: document.body,
      props: {
        caption: 'rows',
        columns: [{ key: 'id', label: 'Id' }],
        rows: [{ id: 'a' }, { id: 'b' }, { id: 'c' }],
        rowKey: (row: { id: string }) => row.id,
        opens: true,
        keyboard: true,
      },
      slots: { id: '{{ params.row.id }}' },
    })
  const press = (key: string, target: EventTarget = window) =>
    target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))

  it.each([
    [null, 1, 0],
    [0, -1, 0],
    [1, 1, 2],
    [2, 1, 2],
  ])('goes from row %s by %d to row %d of three', (from, step, to) => {
    expect(nextRow(from, step, 3)).toBe(to)
  })

  it('opens with Enter the row that J and K led to', async () => {
    const wrapper = table()
    for (const key of ['j', 'j', 'j', 'k']) press(key)
    await nextTick()
    press('Enter', document.activeElement ?? window)
    expect(wrapper.emitted('open')).toEqual([[{ id: 'b' }]])
    wrapper.unmount()
  })

  it('stays on the same row when a new one comes above', async () => {
    const wrapper = table()
    press('j')
    await wrapper.setProps({ rows: [{ id: 'new' }, { id: 'a' }, { id: 'b' }] })
    press('j')
    press('Enter', document.activeElement ?? window)
    expect(wrapper.emitted('open')).toEqual([[{ id: 'b' }]])
    wrapper.unmount()
  })

  it('leaves letters alone that are typed into a field', () => {
    const wrapper = table()
    const field = document.body.appendChild(document.createElement('input'))
    press('j', field)
    expect(document.activeElement?.tagName).not.toBe('TR')
    field.remove()
    wrapper.unmount()
  })
})

describe('bytes', () => {
  it('are dumped sixteen to a line with what can be read', () => {
    expect(hexLines('7b22e6b9bf' + '00'.repeat(12))).toEqual([
      {
        offset: '000000',
        bytes: '7b 22 e6 b9 bf 00 00 00  00 00 00 00 00 00 00 00',
        text: '{"··············',
      },
      { offset: '000010', bytes: '00', text: '·' },
    ])
  })
})
