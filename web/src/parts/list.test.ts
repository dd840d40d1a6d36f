import { enableAutoUnmount, mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { computed, defineComponent, h, ref, type Ref } from 'vue'
import { createMemoryHistory, createRouter, type Router } from 'vue-router'

import { i18n, language } from '@/i18n'

import ListPage from './ListPage.vue'
import { useList } from './list'

const STATES = ['open', 'lost'] as const
const SHAPES = ['round', 'square', 'flat'] as const

let router: Router
let asked: Ref<object>
const items = ref([{ id: 1 }])

function ask(query: Ref<object>) {
  asked = query
  return {
    data: computed(() => ({ items: items.value, next: 'c2' })),
    error: ref<unknown>(null),
    isPending: ref(false),
    dataUpdatedAt: ref(Date.now()),
    refetch: vi.fn(),
  }
}

const page = defineComponent({
  setup() {
    const { list } = useList(ask, { state: STATES, shape: { several: SHAPES }, q: null })
    const words = { title: 'list', none: 'gaps.none', noneText: 'gaps.noneText' }
    return () => h(ListPage, { list, ...words }, { filters: () => h('i', 'choices') })
  },
})

/** The window of the tests has no hand that pulls at it. */
function resize(width: number): void {
  Reflect.get(window, 'happyDOM').setViewport({ width })
}

async function open(address: string) {
  router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: '/list', component: page }],
  })
  await router.push(address)
  return mount(page, { attachTo: document.body, global: { plugins: [i18n, router] } })
}

beforeEach(() => {
  language.value = 'zh'
  items.value = [{ id: 1 }]
  resize(1366)
})

enableAutoUnmount(afterEach)

describe('a list', () => {
  it('asks for what the address says, and for nothing it does not know', async () => {
    await open('/list?state=junk&q=well&after=c1&other=1')
    expect(asked.value).toEqual({ q: 'well', after: 'c1' })
  })

  it.each([
    ['flat,round', 'round,flat'],
    ['square,junk', 'square'],
  ])('asks for several at once: %s', async (named, shape) => {
    await open(`/list?shape=${named}`)
    expect(asked.value).toEqual({ shape })
  })

  it('shows everything again when its filters are cleared', async () => {
    const wrapper = await open('/list?state=open&shape=flat,round&q=well&after=c1')
    const clear = wrapper.findAll('button').find((button) => button.text() === '清除筛选')
    await clear?.trigger('click')
    await vi.waitFor(() => expect(router.currentRoute.value.fullPath).toBe('/list'))
  })

  it('that ends before the page asked for offers the first page, and keeps its pager', async () => {
    items.value = []
    const wrapper = await open('/list?after=c1')
    expect(wrapper.text()).toContain('本页已无内容')
    expect(wrapper.find('nav.pager').exists()).toBe(true)
    const first = wrapper.findAll('button').find((button) => button.text() === '回到首页')
    await first?.trigger('click')
    await vi.waitFor(() => expect(router.currentRoute.value.fullPath).toBe('/list'))
  })

  it('shows its filters at a desk', async () => {
    const wrapper = await open('/list?state=open')
    expect(wrapper.find('.fold').isVisible()).toBe(true)
    expect(wrapper.find('.opener').exists()).toBe(false)
  })

  it('folds its filters on a phone behind a button that counts those with choices', async () => {
    resize(360)
    const wrapper = await open('/list?state=open&q=well')
    const opener = wrapper.get('.opener')
    expect(opener.text()).toBe('筛选 (1)')
    expect(wrapper.find('.fold').isVisible()).toBe(false)
    await opener.trigger('click')
    expect(opener.attributes('aria-expanded')).toBe('true')
    expect(wrapper.find('.fold').isVisible()).toBe(true)
  })
})
