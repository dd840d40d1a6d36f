/** What a log-in needs, in the order of the form. */

export type Field = 'username' | 'password' | 'totp'

const CODE_LENGTH = 6

/** Fields that cannot be sent as they are. */
export function missingFields(
  { username, password, totp }: Readonly<Record<Field, string>>,
  asksCode: boolean,
): Field[] {
  const lacks: Readonly<Record<Field, boolean>> = {
    username: username.trim() === '',
    password: password === '',
    totp: asksCode && totp.trim().length < CODE_LENGTH,
  }
  return (Object.keys(lacks) as Field[]).filter((field) => lacks[field])
}
