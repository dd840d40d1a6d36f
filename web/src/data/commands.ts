/** What was asked of a device, and how far it has come. */
import { useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'

import { api, clockApi } from './client'
import type { Once } from './once'
import { CALM_MS, every } from './polling'
import type { Item } from './shapes'
import { unwrap } from './transport'

export type Command = Item<'/api/v1/devices/{device_id}/commands'>
export type CommandState = Command['state']

export const COMMANDS_MS = CALM_MS

/** How often one looks at a command that is under way; a device answers within a second or two. */
const UNDER_WAY_MS = 1_000

const SHOWN = 20

export function isUnderWay({ state }: Pick<Command, 'state'>): boolean {
  return state === 'queued' || state === 'sent'
}

export function useCommands(deviceId: Ref<string>) {
  return useQuery({
    queryKey: computed(() => ['commands', deviceId.value]),
    queryFn: ({ signal }) => {
      const params = { path: { device_id: deviceId.value }, query: { limit: SHOWN } }
      return unwrap(clockApi.GET('/api/v1/devices/{device_id}/commands', { params, signal }))
    },
    ...every(COMMANDS_MS),
    refetchInterval: ({ state }) =>
      state.data?.items.some(isUnderWay) ? UNDER_WAY_MS : COMMANDS_MS,
  })
}

export interface CommandSend {
  name: string
  args: Record<string, unknown>
  deadline_seconds: number
}

export function sendCommand(device_id: string, body: CommandSend, once: Once): Promise<Command> {
  const params = { path: { device_id }, header: once.header(body) }
  return unwrap(
    api.POST('/api/v1/devices/{device_id}/commands', { params, body }),
  ) as Promise<Command>
}

export function cancelCommand({ device_id, id }: Pick<Command, 'device_id' | 'id'>) {
  const params = { path: { device_id, command_id: id } }
  return unwrap(api.POST('/api/v1/devices/{device_id}/commands/{command_id}/cancel', { params }))
}
