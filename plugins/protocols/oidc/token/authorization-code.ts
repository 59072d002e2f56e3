import { takeCode, type Code } from '../code.ts'
import { OAuthError } from '../errors.ts'
import { isGrantOf } from '../grant.ts'
import { seenFrom, type GrantType, type TokenRequest } from './grant-type.ts'
import { issueTokens } from './issue.ts'
import { proofKey } from './proof-key.ts'

/** One rule about redeeming a code. Throws an `OAuthError`. */
export type CodeCheck = (code: Code, asked: TokenRequest) => void

const refuse = (description: string) => new OAuthError('invalid_grant', description)

const sameClient: CodeCheck = ({ grant, client }, { provider }) => {
  if (!isGrantOf(grant, provider) || client !== provider.id) throw refuse('The code was given to another client.')
}

const sameOrigin: CodeCheck = ({ grant }, { origin }) => {
  if (grant.origin !== origin) throw refuse(`The code was given under ${grant.origin}. Redeem it at the token endpoint there.`)
}

const sameRedirectUri: CodeCheck = ({ redirectUri }, { parameters: { redirect_uri } }) => {
  if (redirect_uri !== redirectUri)
    throw refuse('redirect_uri is not that of the authorization request. Send the same, character by character.')
}

/** RFC 6749 §4.1.3, RFC 7636 §4.6. */
const checks: readonly CodeCheck[] = [sameClient, sameOrigin, sameRedirectUri, proofKey]

const reused = async ({ ctx, request }: TokenRequest, grant: Code['grant']) => {
  await ctx.use.grants.revoke(grant)
  await ctx.use.events.record({
    action: 'oidc.code-reused',
    userId: grant.userId,
    application: grant.application,
    detail: { grant: grant.id },
    request: seenFrom(request),
  })
  return refuse('The code was used before. All tokens that came of it are revoked. Send the user here again.')
}

/**
 * Redeems a code. It is taken before anything is checked: a code in the wrong hands is spent by the first attempt, so neither a verifier
 * nor a redirect URI can be guessed, and the attempt of its owner shows the theft and revokes the grant (RFC 6749 §4.1.2, §10.5).
 */
export const redeemCode: GrantType = async (asked) => {
  const { ctx, parameters, provider } = asked
  const { users, grants, consents } = ctx.use
  if (parameters['code'] === undefined)
    throw new OAuthError('invalid_request', 'code is missing. Send the code of the authorization response.')
  const outcome = await takeCode(parameters['code'], ctx.use)
  if (!outcome) throw refuse('The code is unknown or has expired. Redeem codes at once; send the user here again.')
  if ('reused' in outcome) throw await reused(asked, outcome.reused)
  const { code } = outcome
  for (const check of checks) check(code, asked)
  const { grant, nonce, consented } = code
  const user = await users.get(grant.userId)
  if (!user?.enabled) throw refuse('The user may not sign in any more.')
  const opened = await grants.open(grant)
  if (!opened) throw refuse('The user has signed out since the code was given. Send the user here again.')
  // After it is open: what is taken back from now on finds the grant, and ends it.
  const { allowed } = await ctx.authorize(opened, provider.application, asked.request)
  if (!allowed || (consented && !(await consents.covers(grant.userId, grant.application, grant.scopes)))) {
    await grants.revoke(opened)
    throw refuse('The user may not use this application any more, or took back what it was allowed. Send the user here again.')
  }
  const refreshToken = opened.offline && provider.settings.grantTypes.includes('refresh_token') ? grants.refreshToken(opened) : undefined
  return issueTokens(
    { provider, grant: opened, scopes: opened.scopes, user, nonce, refreshToken, request: seenFrom(asked.request) },
    ctx.use,
  )
}
