import { OAuthError } from '../errors.ts'
import type { Parameters } from '../parameters.ts'
import type { Parked } from '../types.ts'

export const responseModes = ['query', 'fragment', 'form_post'] as const

/** The mode to answer in: the one asked for, and `query`, the default for codes, while it is not known to be one of ours. */
export const modeOf = ({ response_mode }: Parameters): Parked['mode'] => responseModes.find((mode) => mode === response_mode) ?? 'query'

/** OAuth 2.0 Multiple Response Type Encoding Practices §2.1, Form Post Response Mode. */
export const responseMode = ({ parameters }: { readonly parameters: Parameters }): undefined => {
  const { response_mode } = parameters
  if (response_mode !== undefined && !responseModes.some((mode) => mode === response_mode))
    throw new OAuthError('invalid_request', `response_mode '${response_mode}' is not supported. Use one of: ${responseModes.join(', ')}.`)
}
