import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { SimulationWish } from '../../core/access/simulator.ts'
import { callServer } from '../../core/cli/client.ts'
import { dataFiles } from '../../core/options/data-files.ts'
import { Client, isSignedIn, signIn } from '../kit/client.ts'
import { people } from '../kit/configuration.ts'
import { everyRow } from '../kit/rows.ts'
import { startServer, temporaryDirectory, type TestServer } from '../kit/server.ts'
import { attacked } from './attack.ts'

const throws = 'user.attributes.manager.name === "x"'
const flow = (steps: string, more = '') => `{ title: Sign in, designation: authentication, ${more}steps: [${steps}] }`
const signingIn = '{ type: identification }, { type: password }'

let server: TestServer
before(async () => {
  const steps = [{ type: 'identification' }, { type: 'password' }]
  const guarded = (step: object) => ({ title: 'Sign in', designation: 'authentication', steps: [...steps, step] })
  server = await startServer({
    apply: attacked({
      policies: { broken: { type: 'expression', with: { expression: throws } } },
      flows: {
        'broken-step': guarded({ type: 'dummy', with: { title: 'Second' }, when: throws }),
        'broken-policy': guarded({ type: 'dummy', with: { title: 'Second' }, when: [{ policy: 'broken', negate: true }] }),
        'broken-deny': guarded({ type: 'deny', when: { mode: 'any', bindings: [{ user: 'bob' }, { policy: 'broken' }] } }),
        'broken-branch': guarded({
          choose: [{ when: throws, steps: [{ type: 'deny' }] }, { steps: [{ type: 'dummy', with: { title: 'Other' } }] }],
        }),
        'broken-access': { ...guarded({ type: 'dummy', with: { title: 'Second' } }), access: 'JSON.parse("no").x' },
        join: {
          title: 'Join',
          designation: 'enrollment',
          steps: [
            {
              type: 'prompt',
              with: {
                title: 'Join',
                fields: [
                  { key: 'username', type: 'username', required: true },
                  { key: 'password', type: 'password', required: true },
                ],
              },
            },
            { type: 'user-write', with: { mode: 'create' } },
          ],
        },
      },
      applications: { wiki: { name: 'The Wiki', provider: 'wiki', access: [{ policy: 'broken' }] } },
    }),
  })
})
after(() => server?.stop())

const files = temporaryDirectory()
const written = (text: string) => {
  const path = join(files, 'flow.yaml')
  writeFileSync(path, `version: 1\n${text}\n`)
  return path
}

test('a flow that is unreachable in part, cyclic, broken or without what it refers to is not published', async () => {
  const before = await everyRow(server)
  const wrong: Readonly<Record<string, readonly [document: string, told: RegExp]>> = {
    'a step that nobody reaches': [`flows: { x: ${flow(`{ type: deny }, ${signingIn}`)} }`, /:2:\d+: flows\.x\.steps.*is never reached/],
    'a branch that nobody reaches': [
      `flows: { x: ${flow(`${signingIn}, { choose: [{ steps: [{ type: dummy, with: { title: A } }] }, { when: "true", steps: [{ type: deny }] }] }`)} }`,
      /:2:\d+: flows\.x\.steps.*never/,
    ],
    'a cycle of calls': [
      `flows:\n  x: ${flow('{ flow: y }', 'entry: call, ')}\n  y: ${flow('{ flow: x }', 'entry: call, ')}`,
      /:[34]:\d+: flows\.[xy]\.steps.*calls "[xy]": no flow can run within itself/,
    ],
    'a call of itself': [`flows: { x: ${flow('{ flow: x }', 'entry: call, ')} }`, /:2:\d+: flows\.x\.steps/],
    'a call of what is not there': [`flows: { x: ${flow('{ flow: default-autentication }')} }`, /did you mean "default-authentication"/],
    'a stage that is not there': [`flows: { x: ${flow('{ type: identificaton }')} }`, /did you mean "identification"/],
    'no steps': [`flows: { x: ${flow('')} }`, /:2:\d+: flows\.x\.steps/],
    'a password of nobody': [`flows: { x: ${flow('{ type: password }')} }`, /:2:\d+: flows\.x\.steps/],
    'a policy that is not there': [
      `flows: { x: ${flow(`${signingIn}, { type: deny, when: [{ policy: brokn }] }`)} }`,
      /there is no policy "brokn"; did you mean "broken"/,
    ],
    'a rule that cannot be read': [
      `flows: { x: ${flow(`${signingIn}, { type: deny, when: "user.username ===" }`)} }`,
      /:2:\d+: flows\.x\.steps/,
    ],
    'a default that is not there': [
      'settings: { flows: { authentication: nowhere } }',
      /:2:\d+: settings\.flows.*there is no flow "nowhere"/,
    ],
    'a default of another kind': ['settings: { flows: { authentication: default-invalidation } }', /:2:\d+: settings\.flows/],
  }
  for (const [what, [text, told]] of Object.entries(wrong)) {
    const { code, out, err } = await server.sluice(['apply', written(text)])
    assert.deepEqual([code, out], [1, ''], `${what} was published`)
    assert.match(err, told, what)
    assert.ok(err.includes('flow.yaml:'), `${what} has no place: ${err}`)
  }
  assert.equal(await everyRow(server), before)
})

test('a policy that fails while a flow runs denies, and leads on by no other way', async () => {
  for (const slug of ['broken-step', 'broken-policy', 'broken-deny', 'broken-branch']) {
    const client = new Client(server.url)
    const page = await signIn(client, people.ada, `/if/flow/${slug}/`)
    assert.deepEqual([page.status, page.heading], [403, 'You cannot continue'], `${slug}: ${page.text}`)
    assert.match(page.text, /could not be checked/, slug)
    assert.equal(await isSignedIn(client), false, `${slug} signed somebody in`)
    const { out } = await server.sluice(['simulate', slug, '--user', 'ada', '--assume', '--json'])
    assert.equal(JSON.parse(out).ends, 'denied', `${slug} is simulated otherwise`)
  }
  const closed = await new Client(server.url).open('/if/flow/broken-access/')
  assert.deepEqual([closed.status, closed.forms.filter(({ method }) => method === 'post')], [403, []])
  assert.match(closed.text, /could not be checked/)
})

test('a dry run of any flow writes nothing, sends nothing and counts nothing', async () => {
  await signIn(new Client(server.url), people.ada)
  const simulate = async (wish: SimulationWish) => {
    const report = await callServer(dataFiles(server.dataDir).socket, 'simulate', wish)
    return report?.ends ?? assert.fail('no server answers')
  }
  const folder = join(import.meta.dirname, '../../flows')
  const shipped = readdirSync(folder).filter(
    (name) => /^[a-z-]+\.yaml$/.test(name) && /^flows:/m.test(readFileSync(join(folder, name), 'utf8')),
  )
  const own = ['broken-step', 'broken-policy', 'broken-deny', 'broken-branch', 'broken-access', 'join']
  const slugs = [...shipped.map((name) => name.replace('.yaml', '')), ...own]
  assert.ok(slugs.length > 10)
  const answers = { identifier: 'ada', choice: 'sign-out', username: 'eve', 'password-repeat': 'chosen by nobody', confirm: true }
  const wishes = [
    { user: 'ada', assume: true, answers },
    { user: 'ada', answers: { ...answers, password: 'chosen by nobody' } },
    {
      user: 'ada',
      application: 'wiki',
      scopes: ['email'],
      session: ['pwd'],
      answers: { ...answers, password: people.ada.password, choice: 'allow' },
    },
  ]
  const before = await everyRow(server)
  const ends = new Set<string>()
  for (const slug of slugs) {
    for (const wish of wishes) {
      ends.add(await simulate({ flow: slug, ...wish }))
    }
  }
  assert.deepEqual(ends, new Set(['closed', 'denied', 'asks']))
  // As often as would lock somebody out who did it in earnest.
  const guess = { flow: 'default-authentication', user: 'ada', answers: { identifier: 'ada', password: 'a guess' } }
  for (let i = 0; i < 30; i++) await simulate(guess)
  const change = written(`flows: { default-authentication: ${flow(`{ type: dummy, with: { title: Changed } }, ${signingIn}`)} }`)
  const { code, out } = await server.sluice(['apply', change, '--plan'])
  assert.deepEqual([code, /Nothing was changed/.test(out)], [0, true])
  assert.equal(await everyRow(server), before)
  assert.equal((await signIn(new Client(server.url), people.ada)).heading, 'Your applications')
})
