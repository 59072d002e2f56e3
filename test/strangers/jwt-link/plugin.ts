import { randomUUID } from 'node:crypto'
import { definePlugin, defineProtocol, ports, Type } from 'sluice/plugin'

/** "JWT SSO" as help desks do it: sends the user in with a short-lived signed token in the address. */
export const protocol = defineProtocol({
  kind: 'jwt-link',
  settings: Type.Object({
    target: Type.String({ title: 'Login URL', format: 'uri', description: 'Receives `?jwt=`.' }),
    ttl: Type.Integer({ title: 'Lifetime', minimum: 5, maximum: 300, default: 60, description: 'Of the token, in seconds.' }),
  }),
  request: Type.Object({ returnTo: Type.Optional(Type.String()) }),
  use: { keys: ports.keys, users: ports.users, clock: ports.clock },
  routes(app, ctx) {
    app.get<{ Params: { slug: string }; Querystring: { return_to?: string } }>('/:slug', async (request, reply) => {
      const provider = ctx.providers(request).byApplication(request.params.slug)
      if (!provider) return reply.callNotFound()
      const { return_to: returnTo } = request.query
      return ctx.login(request, reply, provider, returnTo === undefined ? {} : { returnTo })
    })
  },
  async finish({ provider, request, subject, origin, use }) {
    const { target, ttl } = provider.settings
    const to = new URL(target)
    const user = await use.users.get(subject.id)
    const iat = Math.floor(use.clock.now().getTime() / 1000)
    const claims = { iss: origin, aud: to.origin, sub: subject.id, email: user?.email, iat, exp: iat + ttl, jti: randomUUID() }
    to.searchParams.set('jwt', await use.keys.sign(claims, { alg: 'ES256' }))
    if (request.returnTo !== undefined) to.searchParams.set('return_to', request.returnTo)
    return { answer: 'redirect', to }
  },
  refused: ({ why }) => ({ answer: 'json', status: 403, body: { error: why } }),
})

export default definePlugin({ id: 'jwt-link', version: '1.0.0', api: '^1', protocols: [protocol] })
