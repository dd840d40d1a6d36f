/** Commands that devices know, and their arguments as a form holds them. */

export const COMMAND_NAMES = ['report', 'set_interval', 'message', 'reboot', 'other'] as const
export type CommandName = (typeof COMMAND_NAMES)[number]

export interface CommandForm {
  name: CommandName
  seconds: string
  text: string
  /** A name of the device's own, and its arguments as JSON. */
  otherName: string
  otherArgs: string
}

export const FIRST_COMMAND: CommandForm = {
  name: 'report',
  seconds: '60',
  text: '',
  otherName: '',
  otherArgs: '',
}

type Args = Record<string, unknown>

/** The arguments of a JSON object; null where the text is none. */
export function parseArgs(text: string): Args | null {
  if (!text.trim()) return {}
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Args)
      : null
  } catch {
    return null
  }
}

const MOST_SECONDS = 604_800

/** What is sent; null while the form is not complete. */
export function commandOf(form: CommandForm): { name: string; args: Args } | null {
  const { name } = form
  if (name === 'set_interval') {
    const seconds = Number(form.seconds)
    const fits = Number.isInteger(seconds) && seconds >= 1 && seconds <= MOST_SECONDS
    return fits ? { name, args: { seconds } } : null
  }
  if (name === 'message') {
    const text = form.text.trim()
    return text ? { name, args: { text } } : null
  }
  if (name !== 'other') return { name, args: {} }
  const args = parseArgs(form.otherArgs)
  return /^[a-z][a-z0-9_]{0,63}$/.test(form.otherName) && args
    ? { name: form.otherName, args }
    : null
}

/** The arguments in one line: `seconds=60`. */
export function sayArgs(args: Args): string {
  return Object.entries(args)
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ')
}
