import { ApiError, type Detail, failureOf } from 'sluice/interface'

/** What the server said against a request, as errors of a form: at their fields where it names them, else of the whole. */
export const formErrorsOf = (error: unknown): readonly Detail[] => {
  if (error instanceof ApiError && error.problem.code === 'slug-taken') return [{ pointer: '/slug', detail: error.problem.detail }]
  if (error instanceof ApiError && error.problem.errors?.length) return error.problem.errors
  const { title, text } = failureOf(error)
  return [{ pointer: '', detail: `${title}. ${text}` }]
}
