/** A refusal or failure of the server as one error type (RFC 9457 problem details). */

/** One thing that is wrong with what was sent: `body.name`, the rule it breaks, the server's words. */
export interface FieldError {
  field: string
  code: string
  message: string
}

interface Fields {
  status: number
  code: string
  detail: string
  rule?: string | null
  limit?: number | null
  retryAfterSeconds?: number | null
  errors?: readonly FieldError[]
}

/** `status` 0 and code `unreachable` mean that no answer came at all. */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  /** The broken rule by name, and the number in it, where the server names one. */
  readonly rule: string | null
  readonly limit: number | null
  readonly retryAfterSeconds: number | null
  /** What is wrong field by field, where the server says so. */
  readonly errors: readonly FieldError[]

  constructor(fields: Fields) {
    super(fields.detail)
    this.name = 'Problem'
    this.status = fields.status
    this.code = fields.code
    this.rule = fields.rule ?? null
    this.limit = fields.limit ?? null
    this.retryAfterSeconds = fields.retryAfterSeconds ?? null
    this.errors = fields.errors ?? []
  }

  static unreachable(): Problem {
    return new Problem({ status: 0, code: 'unreachable', detail: 'No answer from the server.' })
  }

  /** `body` is whatever the answer carried; a proxy's HTML page is possible. */
  static from(response: Response, body: unknown): Problem {
    const said = isRecord(body) ? body : {}
    return new Problem({
      status: response.status,
      code: text(said['code']) ?? `http_${response.status}`,
      detail: text(said['detail']) ?? text(said['title']) ?? response.statusText,
      rule: text(said['rule']),
      limit: typeof said['limit'] === 'number' ? said['limit'] : null,
      retryAfterSeconds: seconds(response.headers.get('Retry-After')),
      errors: Array.isArray(said['errors']) ? said['errors'].filter(isFieldError) : [],
    })
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function isFieldError(value: unknown): value is FieldError {
  return isRecord(value) && ['field', 'code', 'message'].every((key) => text(value[key]) !== null)
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

function seconds(header: string | null): number | null {
  const value = Number(header)
  return header !== null && Number.isFinite(value) ? value : null
}

/** Problem of any caught value; what is no Problem is a fault of the page itself. */
export function asProblem(caught: unknown): Problem {
  if (caught instanceof Problem) return caught
  const detail = caught instanceof Error ? caught.message : String(caught)
  return new Problem({ status: -1, code: 'page_fault', detail })
}
