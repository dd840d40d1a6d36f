/** Use of the session as the server counts it: a person's requests, and a touch where hands ask nothing. */

/** The server notes the last use no finer than this many ms, plus one second for the way. */
export const TOUCH_EVERY_MS = 31_000

let usedAt = 0
let timer: ReturnType<typeof setTimeout> | undefined

/** A request was sent that the server counts as use. */
export function noteUse(): void {
  usedAt = Date.now()
  forgetTouch()
}

/** Somebody is there: unless a request says so first, `touch` does, at most every 31 seconds. */
export function touchSoon(touch: () => void): void {
  if (timer !== undefined) return
  const wait = Math.max(0, usedAt + TOUCH_EVERY_MS - Date.now())
  timer = setTimeout(() => {
    noteUse()
    touch()
  }, wait)
}

export function forgetTouch(): void {
  clearTimeout(timer)
  timer = undefined
}
