import { shallowRef } from 'vue'

/** One question at a time that a dialog answers: `undefined`, that it was left. */
export const useQuestion = <Q, A>() => {
  const asked = shallowRef<(Q & { readonly answer: (answer: A | undefined) => void }) | undefined>()
  const ask = (question: Q): Promise<A | undefined> =>
    new Promise((resolve) => {
      asked.value = {
        ...question,
        answer(answer) {
          asked.value = undefined
          resolve(answer)
        },
      }
    })
  return { asked, ask }
}
