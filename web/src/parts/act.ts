/** One act at a time: busy while it runs, and what refused it, in words and field by field. */
import { ref } from 'vue'

import { asProblem } from '@/data/problem'

import { sayFields } from './fields'
import { sayProblem } from './words'

/** `fieldOf` names the field that a refusal as a whole belongs to: `device_exists` to the id. */
export function useAct(fieldOf: Readonly<Record<string, string>> = {}) {
  const busy = ref(false)
  const failure = ref('')
  const wrong = ref<Readonly<Record<string, string>>>({})

  /** False where it was refused; then `failure` and `wrong` tell why. */
  async function attempt(act: () => Promise<unknown>): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    failure.value = ''
    wrong.value = {}
    try {
      await act()
      return true
    } catch (caught) {
      failure.value = sayProblem(caught)
      const problem = asProblem(caught)
      const field = fieldOf[problem.code]
      wrong.value = field ? { [field]: failure.value } : sayFields(problem.errors)
      return false
    } finally {
      busy.value = false
    }
  }

  return { busy, failure, wrong, attempt }
}
