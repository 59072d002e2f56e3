import { api, ApiError, ok } from './client.ts'
import { confirm } from './confirm.ts'
import { t } from './texts.ts'

/**
 * Where something was refused because the last proof is too long ago: asks whether to prove anew who one is, and leads there and back to this page.
 * `false` for every other failure.
 */
export const proveAnew = async (error: unknown): Promise<boolean> => {
  if (!(error instanceof ApiError) || error.problem.code !== 'proof-needed') return false
  if (await confirm({ title: t('kit.proof.title'), text: t('kit.proof.text'), action: t('kit.proof.confirm') })) {
    const { links } = await ok(api.GET('/api/v1/me'))
    location.assign(`${links.confirm}&${new URLSearchParams({ next: location.pathname })}`)
  }
  return true
}
