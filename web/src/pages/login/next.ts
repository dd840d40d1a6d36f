/** Where to go after logging in: the page asked for, but never another site. */

export function safeNext(asked: unknown): string {
  const path = typeof asked === 'string' ? asked : '/'
  // "//host" and "/\host" are other sites to a browser.
  return /^\/(?![/\\])/.test(path) && !path.startsWith('/login') ? path : '/'
}
