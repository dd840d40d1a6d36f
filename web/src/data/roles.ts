/** The roles of the city, by their keys. */
import { useQuery } from '@tanstack/vue-query'

import { api } from './client'
import { unwrap } from './transport'

/** Asked by those who choose among them. */
export function useRoles(asked: boolean) {
  return useQuery({
    queryKey: ['roles'],
    queryFn: async ({ signal }) =>
      (await unwrap(api.GET('/api/v1/roles', { signal }))).items.map(({ key }) => key),
    enabled: asked,
    staleTime: Infinity,
  })
}
