import type { FastifyRequest } from 'fastify'
import type { Grant, User } from 'sluice/plugin'
import { isGrantOf } from '../grant.ts'
import type { Context, OidcProvider } from '../types.ts'
import type { FoundToken } from './access-token.ts'
import { clientSubject } from './client-subject.ts'

/** Whom a token stands for now. A client's own has no grant, and a user only where a service account is set. */
export type Standing = { readonly grant: Grant | undefined; readonly user: User | undefined }

/** May the user of this grant, who is enabled, still open the application by this client? */
export const mayStill = async (ctx: Context, request: FastifyRequest, provider: OidcProvider, grant: Grant): Promise<boolean> =>
  isGrantOf(grant, provider) && (await ctx.authorize(grant, provider.application, request)).allowed

/** Does what an access token follows from still hold? `undefined`: it does not, or the token is no good, so it is dead. */
export const standingOf = async (
  ctx: Context,
  request: FastifyRequest,
  { provider, claims, alive }: FoundToken,
): Promise<Standing | undefined> => {
  if (!claims) return undefined
  if (claims.grant_id !== undefined) return alive && (await mayStill(ctx, request, provider, alive.grant)) ? alive : undefined
  if (claims.provider_id !== provider.id) return undefined
  const subject = await clientSubject(ctx, request, provider)
  return subject?.sub === claims.sub ? { grant: undefined, user: subject.user } : undefined
}
