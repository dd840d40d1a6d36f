import { mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it } from 'vitest'
import { nextTick } from 'vue'

import { Problem } from '@/data/problem'
import { i18n, language } from '@/i18n'
import { keepRow, nextRow } from '@/keyboard/rows'
import { hexLines } from '@/pages/deadletters/hexdump'

import DataTable from './DataTable.vue'
import Panel from './Panel.vue'
import QueryView from './QueryView.vue'
import SearchField from './SearchField.vue'
import { patched } from './address'
import { stepBack, stepOn } from './trail'
import { sayAge, sayCode, sayProblem, saySpan } from './words'

beforeEach(() => {
  language.value = 'zh'
  history.replaceState(null, '')
})

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

describe('the way through pages', () => {
  it('leads back page by page to the first', () => {
    const second = stepOn([], '', 'c2')
    const third = stepOn(second.trail, second.after, 'c3')
    expect(third).toEqual({ after: 'c3', trail: ['', 'c2'] })
    expect(stepBack(third.trail)).toEqual(second)
    expect(stepBack(second.trail)).toEqual({ after: '', trail: [] })
  })

  it('is not known to one who came by a link', () => expect(stepBack([])).toBeNull())
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

  it('tell a refusal in the reader’s language, the server’s own beneath as a technical note', () => {
    expect(sayProblem(new Problem({ status: 409, code: 'plate_taken', detail: 'Taken.' }))).toBe(
      '与现有内容冲突，请刷新后重试。\n技术说明：Taken.',
    )
    expect(sayProblem(Problem.unreachable())).toContain('没有应答')
  })

  it.each([
    [422, 'invalid'],
    [409, 'conflict'],
    [409, 'not_replayable'],
    [503, 'repeat'],
    [403, 'code_wrong'],
    [409, 'second_factor_exists'],
    [403, 'unheard_of'],
    [404, 'unheard_of'],
    [413, 'unheard_of'],
  ])('of %d %s are Chinese', (status, code) => {
    const [first] = sayProblem(new Problem({ status, code, detail: 'English.' })).split('\n')
    expect(first).toMatch(/[\u4e00-\u9fff]/)
    expect(first).not.toContain('English')
  })

  it('name the broken rule of a password with its number', () => {
    const weak = { status: 422, code: 'password_too_weak', detail: 'At least 14.' }
    expect(sayProblem(new Problem({ ...weak, rule: 'short', limit: 14 }))).toContain(
      '至少需要 14 个',
    )
    expect(sayProblem(new Problem({ ...weak, rule: 'newer', limit: 1 }))).toContain('At least 14.')
  })
})

const slow = new Problem({ status: 503, code: 'too_slow', detail: '' })
const unusable = new Problem({ status: 422, code: 'invalid', detail: '' })

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
    ['there and not renewed', { hasData: true, error: slow }, '未能更新：查询耗时过长'],
    ['not to be asked so', { error: unusable, onClear: () => undefined }, '查询条件无效'],
  ])('that is %s', (_, props, words) => expect(show(props)).toContain(words))

  it('leaves a lost line to the banner above', () => {
    expect(show({ hasData: true, error: Problem.unreachable() })).toBe('the thing')
  })
})

describe('a panel', () => {
  const panel = (fresh: { ageSeconds: number | null; stale: boolean } | null) =>
    mount(Panel, { global, props: { title: '账本', fresh } })

  it('tells by itself that its figures are old, and wears grey', () => {
    const wrapper = panel({ ageSeconds: 40, stale: true })
    expect(wrapper.text()).toContain('数据已陈旧 · 40 秒前')
    expect(wrapper.classes()).toContain('hy-stale')
  })

  it('is live while they are', () => {
    expect(panel({ ageSeconds: 1, stale: false }).text()).toContain('实时')
  })

  it('without figures says nothing of age', () => expect(panel(null).text()).toBe('账本'))
})

describe('a search field', () => {
  it('takes no more than the server does', () => {
    const field = mount(SearchField, {
      global,
      props: { label: 'x', maxlength: 40, modelValue: '' },
    })
    expect(field.find('input').attributes('maxlength')).toBe('40')
  })
})

describe('a table by keyboard', () => {
  const table = (more: object = {}) =>
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
        ...more,
      },
      slots: { id: '{{ params.row.id }}' },
    })
  const press = (key: string, target: EventTarget = window) =>
    target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))

  it.each([
    [null, 0, 1, 0],
    [null, 2, 1, 2],
    [0, 0, -1, 0],
    [1, 1, 1, 2],
    [2, 2, 1, 2],
  ])('goes from row %s (last %d) by %d to row %d of three', (from, last, step, to) => {
    expect(nextRow(from, last, step, 3)).toBe(to)
  })

  it('steps on from the row that is open beside it', async () => {
    const wrapper = table({ openKey: 'b' })
    press('j')
    await wrapper.setProps({ openKey: 'c' })
    press('k')
    expect(wrapper.emitted('open')).toEqual([[{ id: 'c' }], [{ id: 'b' }]])
    wrapper.unmount()
  })

  it('finds the row again from which one left', async () => {
    keepRow('c')
    const wrapper = table({ rows: [] })
    await wrapper.setProps({ rows: [{ id: 'a' }, { id: 'b' }, { id: 'c' }] })
    await nextTick()
    expect(document.activeElement?.textContent).toContain('c')
    wrapper.unmount()
  })

  it('takes the focus itself when its rows cannot', () => {
    const scroll = (opens: boolean) => {
      const wrapper = table({ opens })
      const { tabindex, role } = wrapper.find('.scroll').attributes()
      wrapper.unmount()
      return [tabindex, role]
    }
    expect(scroll(false)).toEqual(['0', 'region'])
    expect(scroll(true)).toEqual(['-1', 'region'])
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
