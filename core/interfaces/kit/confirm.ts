import { shallowRef } from 'vue'

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

export const asked = shallowRef<(Question & { readonly answer: (yes: boolean) => void }) | undefined>()

/** Asks before something is done. Resolves to whether it should be. */
export const confirm = (question: Question): Promise<boolean> =>
  new Promise((resolve) => {
    asked.value?.answer(false)
    asked.value = {
      ...question,
      answer(yes) {
        asked.value = undefined
        resolve(yes)
      },
    }
  })
