import type { FastifyInstance } from 'fastify'
import type { Protocol, ProtocolContext, Session } from '../api/index.ts'
import type { BackChannel } from '../access/back-channel.ts'
import type { createCallers } from '../access/caller.ts'
import type { Front } from '../access/front.ts'
import { isPermission } from '../access/permissions.ts'
import { Deadlines } from './deadlines.ts'
import type { Pages } from './pages.ts'
import { mayAtBrowser } from './permitted.ts'
import type { Visits } from './visits.ts'

type ProtocolParts = {
  readonly front: Front
  readonly backChannel: BackChannel
  readonly visits: Visits
  readonly pages: Pages
  /** Who may do what by the HTTP API. */
  readonly api: { readonly callers: ReturnType<typeof createCallers> }
}

export type LoadedProtocol = { readonly protocol: Protocol; readonly use: Readonly<Record<string, unknown>> }

/** Where the routes of a protocol stand. */
export const mountsOf = ({ kind, mounts }: Protocol): readonly string[] => mounts ?? [`/x/${kind}`]

/** Gives each protocol a Fastify scope of its own under its mounts. Nothing that one sets reaches another, and no request waits for it forever. */
export async function mountProtocols(app: FastifyInstance, protocols: readonly LoadedProtocol[], parts: ProtocolParts): Promise<void> {
  for (const loaded of protocols) {
    const deadlines = new Deadlines(loaded.protocol.kind, parts.pages)
    const context = contextFor(loaded, parts, deadlines)
    for (const prefix of mountsOf(loaded.protocol)) {
      await app.register(
        async (scope) => {
          deadlines.watch(scope)
          await loaded.protocol.routes(scope, context)
        },
        { prefix },
      )
    }
  }
}

function contextFor(
  { protocol, use }: LoadedProtocol,
  { front, backChannel, visits, pages, api }: ProtocolParts,
  deadlines: Deadlines,
): ProtocolContext<any, any, any> {
  const { kind } = protocol
  return {
    use,
    origin: (request) => request.origin,
    levels: (request) => request.snapshot.factors.levels.map(({ acr }) => acr),
    providers: (request) => request.snapshot.providersOf(kind),
    async session(request): Promise<Session | undefined> {
      return (await visits.browser(request)).session
    },
    async may(request, permission) {
      return isPermission(permission) && mayAtBrowser(request, permission, { visits, callers: api.callers })
    },
    async login(request, reply, provider, parked, wants) {
      return deadlines.pausing(request, reply, async () => {
        const visit = await visits.visit(request)
        return pages.send(request, reply, visit, await front.login(visit, kind, provider, parked, wants))
      })
    },
    async logout(request, reply, wish) {
      return deadlines.pausing(request, reply, async () => {
        const visit = await visits.visit(request)
        return pages.send(request, reply, visit, await front.logout(visit, wish))
      })
    },
    async authorize(who, application, request) {
      return backChannel.authorize(request.snapshot, who, application, visits.view(request))
    },
    async answer(request, reply, answer) {
      return pages.answer(request, reply, answer)
    },
  }
}
