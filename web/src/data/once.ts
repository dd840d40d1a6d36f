/** Keys under which the server does a thing once, however often a bad line makes us ask. */

/** A name that nobody else gives; on plain HTTP the browser has no randomUUID. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** The same request sent again keeps its key; another request gets another one. */
export class Once {
  #said = ''
  #key = newKey()

  header(body: unknown): { 'idempotency-key': string } {
    const said = JSON.stringify(body)
    if (said !== this.#said) {
      this.#said = said
      this.#key = newKey()
    }
    return { 'idempotency-key': this.#key }
  }
}
