import type { Names } from './names.ts'

const plugin = ({ id }: Names) => `import { allow, definePlugin, definePolicy, msg, refuse, Type } from 'sluice/plugin'

/** Lets in who has an e-mail address of one domain. */
export const policy = definePolicy({
  kind: '${id}',
  settings: Type.Object({
    domain: Type.String({ title: 'Domain', description: 'What stands behind the @, e.g. example.com.', minLength: 1 }),
  }),
  decide: ({ settings, user }) => (user?.email?.endsWith(\`@\${settings.domain}\`) ? allow : refuse(msg('${id}.elsewhere'))),
})

export default definePlugin({
  id: '${id}',
  version: '0.1.0',
  api: '^1',
  policies: [policy],
  messages: {
    en: { '${id}.elsewhere': 'This is for people of another organisation.' },
    de: { '${id}.elsewhere': 'Das ist für Angehörige einer anderen Organisation.' },
  },
})
`

const test = ({ id }: Names) => `import assert from 'node:assert/strict'
import test from 'node:test'
import { aUser, decide, messagesContract, policyContract } from 'sluice/kit'
import plugin, { policy } from './plugin.ts'

const settings = { domain: 'example.com' }

test('meets the contract of policies', () => policyContract(policy, settings))

test('has its texts in English and German', () => messagesContract(plugin, import.meta.dirname))

test('the domain is let in, others and those without an address are not', async () => {
  const asked = async (email?: string) => (await decide(policy, settings, { user: aUser({ username: 'ada', ...(email && { email }) }) })).allow
  assert.equal(await asked('ada@example.com'), true)
  assert.equal(await asked('ada@example.com.evil.example'), false)
  assert.equal(await asked(), false)
  assert.deepEqual(await decide(policy, settings), { allow: false, why: { key: '${id}.elsewhere' } })
})
`

const use = ({ id }: Names) => `Make a policy of it and bind it to an application:

\`\`\`yaml
policies:
  ours: { type: ${id}, with: { domain: example.com } }
applications:
  wiki: { name: Wiki, access: { bindings: [{ policy: ours }] } }
\`\`\`
`

/** A policy that works as it is. */
export const policyTemplate = { plugin, test, use }
