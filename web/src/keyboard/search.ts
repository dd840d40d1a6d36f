/** The key "/" goes to the search field of the page; Esc leaves it again. */
import { isTyping } from './typing'

function onKey(event: KeyboardEvent): void {
  const field = document.querySelector<HTMLInputElement>('[data-search] input, input[data-search]')
  if (!field) return
  if (event.key === '/' && !isTyping(event.target)) {
    event.preventDefault()
    field.focus()
    field.select()
  }
  if (event.key === 'Escape' && event.target === field) field.blur()
}

export function installSearchKey(): void {
  addEventListener('keydown', onKey)
}
