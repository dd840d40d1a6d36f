/** Types by the address they come from, so that a schema renamed on the server changes nothing here. */
import type { paths } from './schema'

/** The client's types forget the length of a GeoJSON position; forget it here too. */
type Loose<T> = T extends [number, number]
  ? number[]
  : T extends (infer One)[]
    ? Loose<One>[]
    : T extends object
      ? { [Key in keyof T]: Loose<T[Key]> }
      : T

type Json<Content> = { content: { 'application/json': Content } }

/** Body of the good answer to GET (or another method) at an address. */
export type Answer<Path extends keyof paths, Method extends string = 'get'> = paths[Path] extends {
  [M in Method]: { responses: infer Responses }
}
  ? Responses extends
      { 200: Json<infer Body> } | { 201: Json<infer Body> } | { 202: Json<infer Body> }
    ? Loose<Body>
    : never
  : never

/** What a change sends. */
export type Sent<Path extends keyof paths, Method extends string = 'post'> = paths[Path] extends {
  [M in Method]: { requestBody: Json<infer Body> }
}
  ? Loose<Body>
  : never

/** One item of a list. */
export type Item<Path extends keyof paths> =
  Answer<Path> extends { items: (infer One)[] } ? One : never

/** Query of a GET. */
export type Query<Path extends keyof paths> = paths[Path] extends {
  get: { parameters: { query?: infer Parameters } }
}
  ? NonNullable<Parameters>
  : never
