import type { FastifyRequest } from 'fastify'
import type { User } from 'sluice/plugin'
import { mayBeUsers } from '../settings.ts'
import { subjectOf } from '../subject.ts'
import type { Context, OidcProvider } from '../types.ts'

/** The nil UUID (RFC 9562 §5.9) is no user's: rules about people say no to it. */
export const nobody = '00000000-0000-0000-0000-000000000000'

/**
 * Whom a client is when it acts for itself: its service account, or nobody but itself (RFC 9068 §2.2). The application's access rules are asked
 * about that user; without one they are asked about nobody, so rules that let only certain people in let no client in. `undefined`: it may not,
 * or may not any more.
 */
export const clientSubject = async (
  ctx: Context,
  request: FastifyRequest,
  provider: OidcProvider,
): Promise<{ readonly sub: string; readonly user: User | undefined } | undefined> => {
  const { grantTypes, clientType, serviceAccount, clientId, subject } = provider.settings
  if (clientType !== 'confidential' || !grantTypes.includes('client_credentials') || mayBeUsers(provider.settings)) return undefined
  const user = serviceAccount === undefined ? undefined : await ctx.use.users.find(serviceAccount, ['username'])
  if (serviceAccount !== undefined && !user?.enabled) return undefined
  const { allowed } = await ctx.authorize({ userId: user?.id ?? nobody }, provider.application, request)
  if (!allowed) return undefined
  const sub = user ? await subjectOf(user, subject, ctx.use.users) : clientId
  return sub === undefined ? undefined : { sub, user }
}
