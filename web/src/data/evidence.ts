/** Pictures and documents behind a fact, by the hash of their content. */
import { api } from './client'
import { unwrap } from './transport'

/** The content itself; only a request in the person's name gets it, so a plain link would not do. */
export function fetchEvidence(sha256: string): Promise<Blob> {
  const params = { path: { sha256 } }
  return unwrap(api.GET('/api/v1/evidence/{sha256}', { params, parseAs: 'blob' })) as Promise<Blob>
}
