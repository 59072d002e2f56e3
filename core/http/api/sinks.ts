import Type from 'typebox'
import type { Store } from '../../api/index.ts'
import type { Deliveries } from '../../sinks/deliveries.ts'
import { demand } from '../../access/caller.ts'
import { begin, limits } from '../../engine/limits.ts'
import { audit } from './audit.ts'
import type { ApiParts } from './parts.ts'
import { ApiProblem, notFound } from './problem.ts'
import { type Call, defineRoute, type Route } from './route.ts'
import { nullable } from './schemas.ts'

export type SinkParts = Pick<ApiParts, 'events'> & {
  readonly deliveries: Pick<Deliveries, 'test'>
  /** Where attempts are counted. */
  readonly store: Store
}

const mustNotBeTooOften = async ({ store }: SinkParts, { caller, request }: Call): Promise<void> => {
  const tried = await begin(store, { stage: 'sink-test', account: caller.userId, address: request.ip, knownBrowser: undefined })
  if (tried === 'allowed') return
  const detail = `Too many test events. Try again in ${limits.window / 60} minutes.`
  throw new ApiProblem(429, 'too-many-attempts', detail, {}, { 'retry-after': String(limits.window) })
}

export const sinkRoutes = (parts: SinkParts): readonly Route[] => [
  defineRoute({
    method: 'POST',
    path: '/sinks/:slug/test',
    permission: 'sinks.edit',
    summary: 'Send a test event',
    description:
      'One event `sink.test`, now, also where the sink is not enabled, and not tried again. Whether it arrived is the answer, not an error. Needs `events.view`.',
    response: Type.Object({
      delivered: Type.Boolean(),
      status: nullable(Type.Integer({ description: 'What an HTTP receiver answered.' })),
      said: Type.String({ description: 'What came of it, and what to do, where it did not arrive.' }),
      milliseconds: Type.Integer({ description: 'How long it took.' }),
    }),
    async handler(call: Call) {
      const { params, snapshot, caller, request } = call
      demand(caller, 'events.view')
      const sink = snapshot.sinks.get(params.slug)
      if (!sink) throw notFound(`sinks.${String(params.slug).slice(0, 100)}`)
      await mustNotBeTooOften(parts, call)
      const { ip, userAgent, id } = request
      const by = { user: caller.userId, userName: caller.username, ip, userAgent, request: id }
      const { delivered, status = null, said, milliseconds } = await parts.deliveries.test(sink, by)
      await audit(parts.events, call, 'sink.tested', { kind: 'sinks', id: sink.slug, name: sink.name, more: { delivered } })
      return { body: { delivered, status, said, milliseconds } }
    },
  }),
]
