import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { nextTick, ref } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'

import { i18n, language } from '@/i18n'

import { remedy } from './journey'
import { installTitle, pageName, usePageName } from './title'

describe('a page whose file does not come', () => {
  it.each([
    [false, 'b1', null, 'lost'],
    [false, 'b1', 'b1', 'lost'],
    [true, 'b1', null, 'reload'],
    [true, 'b2', 'b1', 'reload'],
    [true, 'b1', 'b1', 'updated'],
  ])('(server answers: %s, build %s, reloaded %s) leads to: %s', (answers, build, once, what) => {
    expect(remedy(answers, build, once)).toBe(what)
  })
})

describe('the name of the page', () => {
  const blank = { render: () => null }
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: '/devices', component: blank, meta: { title: 'nav.devices' } }],
  })
  installTitle(router)

  it('on the tab follows the language', async () => {
    language.value = 'zh'
    await router.push('/devices')
    await nextTick()
    expect(document.title).toBe('设备 · 数字衡阳')
    language.value = 'en'
    await nextTick()
    expect(document.title).toBe('Devices · Digital Hengyang')
  })

  it('is that of the thing the page is about, while it is there', async () => {
    language.value = 'zh'
    const name = ref<string>()
    const page = mount(
      {
        setup: () => usePageName(() => name.value),
        render: () => null,
      },
      { global: { plugins: [i18n] } },
    )
    expect(pageName.value).toBe('设备')
    name.value = '一号井盖'
    await nextTick()
    expect(document.title).toBe('一号井盖 · 数字衡阳')
    page.unmount()
    await nextTick()
    expect(document.title).toBe('设备 · 数字衡阳')
  })
})
