/** Two tabs on plain HTTP: modules loaded twice, with one localStorage and one channel between them. */
import { beforeEach, describe, expect, it, vi } from 'vitest'

const issued = { access_token: 'a1', refresh_token: 'r1', expires_in: 900 }

async function openTab(exchange: () => Promise<typeof issued>) {
  vi.resetModules()
  const { keepTokens, tokens } = await import('./tokens')
  const { configureRenewal, renewTokens } = await import('./renewal')
  await import('./peers')
  keepTokens({ access: 'a0', refresh: 'r0', expiresAt: Date.now() + 900_000 })
  configureRenewal({ exchange, expired: () => undefined })
  return { renewTokens, tokens }
}

describe('two tabs without locks', () => {
  const exchange = vi.fn(async () => {
    await new Promise((resolve) => setTimeout(resolve, 100))
    return issued
  })

  beforeEach(() => {
    localStorage.clear()
    exchange.mockClear()
  })

  it('spend one refresh token once, and both go on with the new one', async () => {
    const tabs = [await openTab(exchange), await openTab(exchange)]
    expect(await Promise.all(tabs.map(({ renewTokens }) => renewTokens()))).toEqual([true, true])
    expect(exchange).toHaveBeenCalledOnce()
    expect(tabs.map(({ tokens }) => tokens.value?.refresh)).toEqual(['r1', 'r1'])
  })

  it('leave no token where another program may read it', async () => {
    const tab = await openTab(exchange)
    await tab.renewTokens()
    expect(localStorage.getItem('hengyang.rotation')).not.toMatch(/"r[01]"/)
  })
})
