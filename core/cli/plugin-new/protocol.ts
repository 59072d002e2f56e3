import type { Names } from './names.ts'

const plugin = ({ id }: Names) => `import { definePlugin, defineProtocol, Type } from 'sluice/plugin'

/** Tells who signed in, as JSON: GET /x/${id}/APPLICATION. */
export const protocol = defineProtocol({
  kind: '${id}',
  settings: Type.Object({
    greeting: Type.String({ title: 'Greeting', description: 'Said to whoever signed in.', default: 'Hello' }),
  }),
  request: Type.Object({}),
  routes(app, ctx) {
    app.get<{ Params: { slug: string } }>('/:slug', async (request, reply) => {
      const provider = ctx.providers(request).byApplication(request.params.slug)
      return provider ? ctx.login(request, reply, provider, {}) : reply.callNotFound()
    })
  },
  finish: ({ provider, subject }) => ({
    answer: 'json',
    status: 200,
    body: { greeting: provider.settings.greeting, user: subject.username },
  }),
  refused: ({ why }) => ({ answer: 'json', status: 403, body: { error: why } }),
})

export default definePlugin({ id: '${id}', version: '0.1.0', api: '^1', protocols: [protocol] })
`

const test = (_: Names) => `import assert from 'node:assert/strict'
import test from 'node:test'
import { driveProtocol, protocolContract } from 'sluice/kit'
import { protocol } from './plugin.ts'

test('meets the contract of protocols', () => protocolContract(protocol))

test('greets who signed in, and tells why somebody did not', async () => {
  const driven = driveProtocol(protocol, { greeting: 'Hi' })
  assert.deepEqual(await driven.finish(), { answer: 'json', status: 200, body: { greeting: 'Hi', user: 'ada' } })
  assert.deepEqual(await driven.refused('denied'), { answer: 'json', status: 403, body: { error: 'denied' } })
})
`

const use = ({ id }: Names) => `Give an application a provider of it, and open \`/x/${id}/hello\`:

\`\`\`yaml
providers:
  hello: { type: ${id}, with: { greeting: Hi } }
applications:
  hello: { name: Hello, provider: hello }
\`\`\`
`

/** A protocol that works as it is. */
export const protocolTemplate = { plugin, test, use }
