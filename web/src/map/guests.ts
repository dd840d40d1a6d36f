/** Layers that a library has put on the map by itself: a new style of ours leaves them where they are. */
import type { StyleSpecification } from './engine'

/** What the names of their layers and sources begin with. */
export const GUESTS = 'guest'

const isGuest = (name: string) => name.startsWith(`${GUESTS}-`)

/** `layers`: their names; undefined while there is no style yet. */
export function hasGuests(layers: readonly string[] | undefined): boolean {
  return layers?.some(isGuest) ?? false
}

export function withGuests(
  previous: StyleSpecification | undefined,
  next: StyleSpecification,
): StyleSpecification {
  const sources = Object.entries(previous?.sources ?? {}).filter(([name]) => isGuest(name))
  const layers = (previous?.layers ?? []).filter(({ id }) => isGuest(id))
  if (!layers.length) return next
  return {
    ...next,
    sources: { ...next.sources, ...Object.fromEntries(sources) },
    layers: [...next.layers, ...layers],
  }
}
