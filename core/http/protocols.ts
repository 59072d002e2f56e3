import type { FastifyInstance } from 'fastify'
import type { Protocol, ProtocolContext, Session } from '../api/index.ts'
import type { BackChannel } from '../access/back-channel.ts'
import type { createCallers } from '../access/caller.ts'
import type { Front } from '../access/front.ts'
import { isPermission } from '../access/permissions.ts'
import type { Visits } from './visits.ts'
import type { Pages } from './pages.ts'

type ProtocolParts = {
  readonly front: Front
  readonly backChannel: BackChannel
  readonly visits: Visits
  readonly pages: Pages
  /** Who may do what by the HTTP API. */
  readonly api: { readonly callers: ReturnType<typeof createCallers> }
}

export type LoadedProtocol = { readonly protocol: Protocol; readonly use: Readonly<Record<string, unknown>> }

/** Gives each protocol a Fastify scope of its own under its mounts. Nothing that one sets reaches another. */
export async function mountProtocols(app: FastifyInstance, protocols: readonly LoadedProtocol[], parts: ProtocolParts): Promise<void> {
  for (const loaded of protocols) {
    const context = contextFor(loaded, parts)
    for (const prefix of loaded.protocol.mounts ?? [`/x/${loaded.protocol.kind}`]) {
      await app.register(async (scope) => loaded.protocol.routes(scope, context), { prefix })
    }
  }
}

function contextFor(
  { protocol, use }: LoadedProtocol,
  { front, backChannel, visits, pages, api }: ProtocolParts,
): ProtocolContext<any, any, any> {
  const { kind } = protocol
  return {
    use,
    origin: (request) => request.origin,
    providers: (request) => request.snapshot.providersOf(kind),
    async session(request): Promise<Session | undefined> {
      return (await visits.browser(request)).session
    },
    async may(request, permission) {
      const { session } = await visits.browser(request)
      if (!session || !isPermission(permission)) return false
      const { userId, username } = session
      const { permissions } = await api.callers({ userId, username, token: undefined }, request.snapshot.roles)
      return permissions.has(permission)
    },
    async login(request, reply, provider, parked, wants) {
      const visit = await visits.visit(request)
      return pages.send(request, reply, visit, await front.login(visit, kind, provider, parked, wants))
    },
    async logout(request, reply, wish) {
      const visit = await visits.visit(request)
      return pages.send(request, reply, visit, await front.logout(visit, wish))
    },
    async authorize(who, application, request) {
      return backChannel.authorize(request.snapshot, who, application, visits.view(request))
    },
    async answer(request, reply, answer) {
      return pages.answer(request, reply, answer)
    },
  }
}
