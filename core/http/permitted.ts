import type { FastifyRequest } from 'fastify'
import type { createCallers } from '../access/caller.ts'
import type { Permission } from '../access/permissions.ts'
import type { Visits } from './visits.ts'

type Parts = { readonly visits: Visits; readonly callers: ReturnType<typeof createCallers> }

/** May whoever is signed in at this browser do this? Nobody is: no. */
export const mayAtBrowser = async (request: FastifyRequest, permission: Permission, { visits, callers }: Parts): Promise<boolean> => {
  const { session } = await visits.browser(request)
  if (!session) return false
  const { userId, username, id: sessionId } = session
  const { permissions } = await callers({ userId, username, token: undefined, sessionId }, request.snapshot.roles)
  return permissions.has(permission)
}
