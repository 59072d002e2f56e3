import type { TObject, TSchema } from 'typebox'
import type { Snapshot } from '../../configuration/types.ts'
import { defineRoute, type Route } from './route.ts'

/** Runs a flow without writing anything, see the engine. */
export type Simulation = {
  readonly body: TObject
  readonly response: TSchema
  /** Throws `ApiProblem` for what cannot be simulated. */
  run(snapshot: Snapshot, flow: string, wish: any): Promise<unknown>
}

export const simulateRoute = ({ body, response, run }: Simulation): Route =>
  defineRoute({
    method: 'POST',
    path: '/flows/:slug/simulate',
    permission: 'flows.simulate',
    summary: 'Simulate a flow',
    description: 'Says every step with its reasons, and what it would write. Nothing is written, sent or counted.',
    body,
    response,
    handler: async (call) => ({ body: await run(call.snapshot, call.params.slug, call.body) }),
  })
