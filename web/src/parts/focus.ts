/** `v-focus`: a field that appears because it was asked for is ready to be typed into. */
import type { Directive } from 'vue'

// The attribute `autofocus` works once in the life of a document, and this is one document.
export const vFocus: Directive<HTMLElement> = {
  mounted: (element) => (element.querySelector('input') ?? element).focus(),
}
