import Type from 'typebox'
import { isIP } from 'node:net'
import { demand } from '../../access/caller.ts'
import type { Users } from '../../api/index.ts'
import { policyTypes } from '../../policy/editor-types.ts'
import { compileExpression } from '../../policy/expressions.ts'
import type { Judge } from '../../policy/types.ts'
import { tryExpression } from '../../policy/try.ts'
import type { ApiParts } from './parts.ts'
import { impossible, invalid } from './problem.ts'
import { defineRoute, type Route } from './route.ts'

const place = { line: Type.Integer({ description: 'From 1, within the expression.' }), column: Type.Integer() }

const trial = Type.Object(
  {
    user: Type.Optional(
      Type.String({ description: 'Who asks: a user name or an e-mail address; nobody who is known otherwise.', maxLength: 1000 }),
    ),
    ip: Type.Optional(Type.String({ description: 'Where the browser is.', maxLength: 100, default: '127.0.0.1' })),
  },
  { description: 'Also evaluate it, as a policy about this request. Needs `flows.simulate`, and `users.view` where a user is named.' },
)

const tried = Type.Object({
  said: Type.Enum(['yes', 'no', 'failed'], {
    description: '`failed`: it has no value, or one that is neither true nor false; a policy then denies.',
  }),
  detail: Type.Optional(Type.String({ description: 'The part that decided with its value, or what failed.' })),
  line: Type.Optional(place.line),
  column: Type.Optional(place.column),
})

export type ExpressionParts = Pick<ApiParts, 'clock'> & { readonly judge: Judge; readonly users: Pick<Users, 'find'> }

/** What people who write expressions ask for while they do. */
export const expressionRoutes = ({ clock, judge, users }: ExpressionParts): readonly Route[] => {
  const known = async (name: string) => {
    const user = await users.find(name, ['username', 'email'])
    if (user) return { id: user.id, username: user.username }
    const detail = `there is no user "${name}" (or several with this e-mail address; give the user name then)`
    throw impossible('unknown-user', [{ pointer: '/try/user', detail }])
  }

  return [
    defineRoute({
      method: 'GET',
      path: '/expressions/types',
      permission: 'policies.view',
      summary: 'The types of all that an expression may use',
      description: 'For editors, which complete and check by them. Meant for `strictNullChecks: false`.',
      response: Type.Object({ types: Type.String({ description: 'TypeScript declarations.' }) }),
      handler: async () => ({ body: { types: policyTypes() } }),
    }),

    defineRoute({
      method: 'POST',
      path: '/expressions/check',
      permission: 'policies.edit',
      summary: 'Check an expression, and try it',
      description: 'Nothing is written. What is wrong with the expression is the answer, not an error.',
      body: Type.Object({
        expression: Type.String({ description: 'As in a policy.', minLength: 1, maxLength: 65_536 }),
        try: Type.Optional(trial),
      }),
      response: Type.Object({
        problems: Type.Array(
          Type.Object({
            detail: Type.String(),
            ...place,
            suggestion: Type.Optional(Type.String({ description: 'The whole expression as it was probably meant.' })),
          }),
          { description: 'None: it can be used.' },
        ),
        tried: Type.Optional(tried),
      }),
      async handler({ body: { expression: source, try: wish }, caller, request }) {
        if (wish) demand(caller, 'flows.simulate')
        // The answer repeats what the expression read of somebody.
        if (wish?.user !== undefined) demand(caller, 'users.view')
        const ip = wish?.ip ?? '127.0.0.1'
        if (!isIP(ip))
          throw invalid([{ pointer: '/try/ip', detail: `"${ip}" is not an IP address; write one such as 10.0.0.7 or 2001:db8::7` }])
        const user = wish?.user === undefined ? undefined : await known(wish.user)
        const compiled = compileExpression(source)
        if ('problems' in compiled)
          return { body: { problems: compiled.problems.map(({ message, ...more }) => ({ detail: message, ...more })) } }
        if (!wish) return { body: { problems: [] } }
        const { id, origin, userAgent } = request
        const view = { id, origin, userAgent, ip, locale: 'en', at: clock.now() }
        return { body: { problems: [], tried: await tryExpression(judge, compiled.expression, { request: view, user }) } }
      },
    }),
  ]
}
