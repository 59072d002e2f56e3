import { ApiError, type Problem, Unreachable } from './client.ts'
import { t } from './texts.ts'

/** Why something was not done, in words, and what can be done about it. */
export type Failure = {
  readonly is: 'forbidden' | 'missing' | 'away' | 'failed'
  readonly title: string
  readonly text: string
  readonly problem?: Problem
}

/** As the API would refuse it: for what need not be asked. */
export const lackOf = (permissions: readonly string[]): ApiError =>
  new ApiError({ status: 403, code: 'forbidden', title: t('kit.failure.forbidden'), detail: t('kit.failure.forbidden'), permissions })

export const failureOf = (error: unknown): Failure => {
  if (error instanceof Unreachable) return { is: 'away', title: t('kit.failure.away'), text: t('kit.failure.away-text') }
  if (!(error instanceof ApiError))
    return { is: 'failed', title: t('kit.failure.failed'), text: error instanceof Error ? error.message : String(error) }
  const { problem } = error
  if (problem.status === 403)
    return {
      is: 'forbidden',
      title: t('kit.failure.forbidden'),
      text: problem.permissions?.length ? t('kit.failure.permission', { permissions: problem.permissions.join(', ') }) : problem.detail,
      problem,
    }
  if (problem.status === 404) return { is: 'missing', title: t('kit.failure.missing'), text: problem.detail, problem }
  const reference = problem.reference === undefined ? '' : ` ${t('kit.failure.reference', { reference: problem.reference })}`
  return { is: 'failed', title: problem.title, text: `${problem.detail}${reference}`, problem }
}
