import { shallowRef } from 'vue'
import { givingBackFocus } from './opener.ts'

export type Question = {
  readonly title: string
  readonly text: string
  /** What the button that does it says. */
  readonly action: string
  /** It cannot be undone. */
  readonly destroys?: boolean
  /** What must be typed before it is done: for what is hard to get back. */
  readonly typed?: string
  /** What else it touches, a line each. */
  readonly list?: readonly string[]
}

type Asked = Question & { readonly answer: (yes: boolean) => void; readonly content: ReturnType<typeof givingBackFocus> }
export const asked = shallowRef<Asked | undefined>()

/** Asks before something is done. Resolves to whether it should be. */
export const confirm = (question: Question): Promise<boolean> =>
  new Promise((resolve) => {
    asked.value?.answer(false)
    asked.value = {
      ...question,
      content: givingBackFocus(),
      answer(yes) {
        asked.value = undefined
        resolve(yes)
      },
    }
  })
