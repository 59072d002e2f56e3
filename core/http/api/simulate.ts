import Type from 'typebox'
import { demand } from '../../access/caller.ts'
import type { createSimulator } from '../../access/simulator.ts'
import type { Json, Store } from '../../api/index.ts'
import { itemOf, nowhere } from '../../configuration/document.ts'
import { pretendedDevice } from '../../configuration/pretended-device.ts'
import { referencesOf } from '../../configuration/references.ts'
import { CannotSimulate } from '../../engine/simulate.ts'
import { actorOf, documentOf, inSpec, orProblem } from './changes.ts'
import type { ApiParts } from './parts.ts'
import { impossible } from './problem.ts'
import { defineRoute, type Route } from './route.ts'
import { instant } from './schemas.ts'
import { countingWrongAnswers, oneAtATime } from './simulation-limits.ts'
import { toldTo } from './told.ts'

const text = (description: string) => Type.Optional(Type.String({ description, maxLength: 1000 }))
const list = (description: string) => Type.Optional(Type.Array(Type.String({ maxLength: 200 }), { description, maxItems: 50 }))

const simulation = Type.Object({
  spec: Type.Optional(
    Type.Unsafe<Readonly<Record<string, unknown>>>(
      Type.Object({}, { description: 'A draft of the flow, simulated in its place; it is not saved.', additionalProperties: true }),
    ),
  ),
  user: text('Who is at it: a user name or an e-mail address.'),
  answers: Type.Optional(
    Type.Unsafe<Readonly<Record<string, Json>>>(
      Type.Object({}, { description: 'What is typed, by the name of the field, or as `<step>.<field>`.', additionalProperties: true }),
    ),
  ),
  assume: Type.Optional(Type.Boolean({ description: 'Take steps that prove something and have no answer as passed.' })),
  ip: text('Where the browser is.'),
  at: Type.Optional(instant('When it is.')),
  application: text('The application that waits for it, by slug.'),
  scopes: list('What the application asks for.'),
  levels: list('Levels of authentication that the application asks for; any of them will do.'),
  session: list('The methods by which the user is signed in, e.g. `pwd`.'),
  knownBrowser: Type.Optional(Type.Boolean({ description: 'The user has signed in at the browser before.' })),
  trustedBrowser: Type.Optional(Type.Boolean({ description: 'The user trusts the browser, as far as `settings.mfa` lets them.' })),
  device: Type.Optional(pretendedDevice),
  mailed: Type.Optional(Type.Boolean({ description: 'The link that opens the flow was mailed to the user; else an operator made it.' })),
  locale: text('The language of the browser.'),
  userAgent: text('What the browser calls itself.'),
})

export type SimulateParts = Pick<ApiParts, 'plane' | 'catalog' | 'events'> & {
  /** Where wrong answers are counted. */
  readonly store: Store
  /** Goes through a flow without writing anything. Throws `CannotSimulate` for what is not there. */
  readonly simulate: ReturnType<typeof createSimulator>
}

export const simulateRoute = ({ plane, catalog, simulate, store, events }: SimulateParts): Route =>
  defineRoute({
    method: 'POST',
    path: '/flows/:slug/simulate',
    permission: 'flows.simulate',
    summary: 'Simulate a flow',
    description:
      'Tells each step, each condition with its reasons, what would be written and how it ends. Nothing is written or sent. Wrong answers are counted and limited as at a sign-in, by who simulates; one simulation of each caller runs at a time. A draft that names users or groups needs `users.view` or `groups.view`.',
    body: simulation,
    response: Type.Object({}, { description: 'As `sluice simulate --json` prints it.', additionalProperties: true }),
    async handler(call) {
      const { params, caller } = call
      const { spec, ...body } = call.body
      // The answer repeats what the flow reads of whoever is named, or identifies themselves by what is typed.
      if (body.user !== undefined || body.answers !== undefined) demand(caller, 'users.view')
      const { item } = itemOf('flows', params.slug, spec ?? {}, nowhere)
      // Whether there is somebody of a name is told by a draft that names them, too.
      for (const { to } of item ? referencesOf(item, catalog) : []) if (to === 'users' || to === 'groups') demand(caller, `${to}.view`)
      return oneAtATime(call, async () => {
        const draft =
          spec && (await plane.tried({ documents: [documentOf('flows', { [params.slug]: spec })], owner: 'api', actor: actorOf(call) }))
        try {
          const wish = { flow: params.slug, ...body }
          const of = draft && orProblem(draft, caller, { place: inSpec }).snapshot
          return { body: await countingWrongAnswers({ store, events }, call, wish, () => simulate(wish, of)) }
        } catch (error) {
          throw error instanceof CannotSimulate ? impossible('cannot-simulate', [], toldTo(caller)(error.message)) : error
        }
      })
    },
  })
