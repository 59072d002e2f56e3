import { OAuthError } from '../errors.ts'
import { words } from '../parameters.ts'
import type { Check } from './check.ts'

export const prompts = ['none', 'login', 'consent', 'select_account'] as const
const known: ReadonlySet<string> = new Set(prompts)

/** OIDC Core §3.1.2.1. Choosing another account means signing in as it, so `select_account` asks for a sign-in, as `login` does. */
export const prompt: Check = ({ parameters }) => {
  const asked = words(parameters['prompt'])
  const unknown = asked.find((value) => !known.has(value))
  if (unknown !== undefined)
    throw new OAuthError('invalid_request', `prompt '${unknown}' is not supported. Use ${prompts.join(', ')}, or none of them.`)
  if (asked.includes('none')) {
    if (asked.length > 1) throw new OAuthError('invalid_request', 'prompt=none cannot be combined with other values. Send it alone.')
    return { want: { silent: true } }
  }
  return asked.includes('login') || asked.includes('select_account') ? { want: { maxAge: 0 } } : undefined
}
