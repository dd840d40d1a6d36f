/** The wall of pictures: how many there are, and which comes where. */

export const SIZES = [1, 4, 9] as const

const FIRST_SIZE = 4

/** How many places a text of the address asks for; on a phone one is begun with. */
export function sizeOf(text: string, narrow = false): number {
  return SIZES.find((size) => String(size) === text) ?? (narrow ? 1 : FIRST_SIZE)
}

/** The wall with its empty places taken by what the list has, first those that show something. */
export function filled(
  shown: readonly string[],
  list: readonly { device_id: string; state: string }[],
  places: number,
): string[] {
  const live = list.filter(({ state }) => state === 'online').map(({ device_id: id }) => id)
  return [...new Set([...shown, ...live])].slice(0, places)
}

/** Takes a camera down that is on the wall, else puts it up; the one that hung longest gives way. */
export function place(shown: readonly string[], id: string, places: number): string[] {
  if (shown.includes(id)) return shown.filter((one) => one !== id)
  return [...shown, id].slice(-places)
}
