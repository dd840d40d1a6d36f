/** The wall of pictures: how many there are, and which comes where. */

export const SIZES = [1, 4, 9] as const

const FIRST_SIZE = 4

/** How many places a text of the address asks for. */
export function sizeOf(text: string): number {
  return SIZES.find((size) => String(size) === text) ?? FIRST_SIZE
}

/** Takes a camera down that is on the wall, else puts it up; the one that hung longest gives way. */
export function place(shown: readonly string[], id: string, places: number): string[] {
  if (shown.includes(id)) return shown.filter((one) => one !== id)
  return [...shown, id].slice(-places)
}
