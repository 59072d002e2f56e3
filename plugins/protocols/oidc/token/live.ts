import type { FastifyRequest } from 'fastify'
import type { Grant, User } from 'sluice/plugin'
import { isGrantOf } from '../grant.ts'
import type { Context, OidcProvider } from '../types.ts'
import type { AccessClaims } from './access-token.ts'
import { clientSubject } from './client-subject.ts'

/** Whom a token stands for now. A client's own has no grant, and a user only where a service account is set. */
export type Standing = { readonly grant: Grant | undefined; readonly user: User | undefined }

/** Is the grant alive, may its user still sign in, and open this application? Then the user. */
export const userOfGrant = async (
  ctx: Context,
  request: FastifyRequest,
  provider: OidcProvider,
  grant: Grant,
): Promise<User | undefined> => {
  if (!isGrantOf(grant, provider)) return undefined
  const user = await ctx.use.users.get(grant.userId)
  if (!user?.enabled) return undefined
  return (await ctx.authorize(grant, provider.application, request)).allowed ? user : undefined
}

/** Does what an access token follows from still hold? `undefined`: it does not, so the token is dead. */
export const standingOf = async (
  ctx: Context,
  request: FastifyRequest,
  provider: OidcProvider,
  claims: AccessClaims,
): Promise<Standing | undefined> => {
  if (claims.grant_id !== undefined) {
    const grant = await ctx.use.grants.alive(claims.grant_id)
    const user = grant && (await userOfGrant(ctx, request, provider, grant))
    return user && { grant, user }
  }
  if (claims.provider_id !== provider.id) return undefined
  const subject = await clientSubject(ctx, request, provider)
  return subject?.sub === claims.sub ? { grant: undefined, user: subject.user } : undefined
}
