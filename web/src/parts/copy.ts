/** A text onto the clipboard, also where plain HTTP hides the modern way. */

export async function copyText(text: string): Promise<boolean> {
  if (navigator.clipboard && isSecureContext) {
    try {
      await navigator.clipboard.writeText(text)
      return true
    } catch {
      // Refused by the person or the policy: the old way below still needs no permission.
    }
  }
  const field = Object.assign(document.createElement('textarea'), { value: text, readOnly: true })
  // Inside an open dialog, whose focus trap would take the selection away again.
  const home = document.activeElement?.parentElement ?? document.body
  home.append(field)
  field.select()
  const copied = document.execCommand('copy')
  field.remove()
  return copied
}
