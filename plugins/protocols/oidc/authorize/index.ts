import type { FastifyReply, FastifyRequest } from 'fastify'
import { literal, type Message, msg, type Wants } from 'sluice/plugin'
import { issuerOf } from '../addresses.ts'
import { OAuthError, Unanswerable } from '../errors.ts'
import { queryOf, readParameters, words } from '../parameters.ts'
import { authorizationError } from '../responses/authorization.ts'
import { cureFor } from '../responses/cure.ts'
import { refusalPage } from '../responses/page.ts'
import { scopeNames } from '../settings.ts'
import type { Context, OidcProvider, Parked } from '../types.ts'
import type { Ask, Check } from './check.ts'
import { acrValues } from './acr-values.ts'
import { client } from './client.ts'
import { idTokenHint } from './id-token-hint.ts'
import { loginHint } from './login-hint.ts'
import { maxAge } from './max-age.ts'
import { nonce } from './nonce.ts'
import { prompt } from './prompt.ts'
import { proofKey } from './proof-key.ts'
import { redirectUri } from './redirect-uri.ts'
import { requestObject } from './request-object.ts'
import { modeOf, responseMode } from './response-mode.ts'
import { responseType } from './response-type.ts'
import { scope } from './scope.ts'

/**
 * In the order of RFC 6749 §4.1.1, RFC 7636 §4.3 and OIDC Core §3.1.2.1. A later check's wish replaces an earlier one's: `prompt` has the
 * last word on age.
 */
const checks: readonly Check[] = [
  responseMode,
  requestObject,
  responseType,
  scope,
  proofKey,
  nonce,
  acrValues,
  maxAge,
  prompt,
  loginHint,
  idTokenHint,
]

/** What the user is asked to allow; a scope of ours has a text in every language. */
const textOf = (name: string, { mappings }: OidcProvider): Message => {
  if ((scopeNames as readonly string[]).includes(name)) return msg(`oidc.scope.${name}`)
  return literal(mappings.find(({ scope }) => scope === name)?.description ?? name)
}

const run = async (ask: Ask, base: Parked): Promise<{ readonly parked: Parked; readonly wants: Wants }> => {
  let parked = base
  let wants: Wants = {}
  for (const check of checks) {
    const found = await check(ask)
    parked = { ...parked, ...found?.park }
    wants = { ...wants, ...found?.want }
  }
  const to = parked.scopes.map((name) => ({ name, text: textOf(name, ask.provider) }))
  return { parked, wants: { ...wants, consent: { to, always: words(ask.parameters['prompt']).includes('consent') } } }
}

/** The authorization endpoint (RFC 6749 §3.1, OIDC Core §3.1.2), by GET. */
export const authorize = (ctx: Context) => async (request: FastifyRequest, reply: FastifyReply) => {
  const { parameters, repeated } = readParameters(queryOf(request))
  try {
    if (repeated !== undefined) throw new Unanswerable('repeated', { parameter: repeated })
    const provider = client(ctx.providers(request), parameters)
    const base: Parked = {
      redirectUri: redirectUri(provider, parameters),
      mode: modeOf(parameters),
      scopes: [],
      ...(parameters['state'] === undefined ? {} : { state: parameters['state'] }),
    }
    const issuer = issuerOf(ctx.origin(request), provider)
    try {
      const { parked, wants } = await run({ parameters, provider, issuer, use: ctx.use }, base)
      return await ctx.login(request, reply, provider, parked, wants)
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error
      return await ctx.answer(request, reply, authorizationError(issuer, base, error))
    }
  } catch (error) {
    if (!(error instanceof Unanswerable)) throw error
    const cure = await cureFor(ctx, request, error)
    return ctx.answer(request, reply, refusalPage(error, cure))
  }
}
