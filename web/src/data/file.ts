/** A file for the server to read row by row: the same request for every kind of row. */
import type { Once } from './once'

export interface EnrolmentOptions {
  dry_run: boolean
  all_or_nothing: boolean
}

export function sentFile(file: File, options: EnrolmentOptions, once: Once) {
  const header = once.header([file.name, file.size, file.lastModified, options])
  const body = new FormData()
  body.append('file', file)
  return {
    params: { header, query: options },
    body: body as never,
    bodySerializer: (form: unknown) => form as BodyInit,
  }
}
