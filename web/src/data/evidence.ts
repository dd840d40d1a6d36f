/** Pictures and documents behind a fact, by the hash of their content. */
import { useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'

import { api } from './client'
import { unwrap } from './transport'

/** The content itself; only a request in the person's name gets it, so a plain link would not do. */
export function fetchEvidence(sha256: string): Promise<Blob> {
  const params = { path: { sha256 } }
  return unwrap(api.GET('/api/v1/evidence/{sha256}', { params, parseAs: 'blob' })) as Promise<Blob>
}

/** The same within 320 px: for lists, where it is one of many. */
export function fetchThumbnail(sha256: string): Promise<Blob> {
  const params = { path: { sha256 } }
  return unwrap(
    api.GET('/api/v1/evidence/{sha256}/thumbnail', { params, parseAs: 'blob' }),
  ) as Promise<Blob>
}

/** The content of a picture, whole or small; it never changes under its hash. */
export function usePicture(sha256: Ref<string>, small: Ref<boolean>, wanted: Ref<boolean>) {
  return useQuery({
    queryKey: computed(() => ['evidence', sha256.value, small.value ? 'small' : 'whole']),
    queryFn: () => (small.value ? fetchThumbnail(sha256.value) : fetchEvidence(sha256.value)),
    enabled: wanted,
    staleTime: Infinity,
    gcTime: 60_000,
  })
}
