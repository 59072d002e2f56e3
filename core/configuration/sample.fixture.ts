import {
  allow,
  ask,
  definePlugin,
  definePolicy,
  defineProtocol,
  defineStage,
  expression,
  msg,
  pass,
  screen,
  secret,
  type Stage,
  Type,
} from '../api/index.ts'

const greeting = defineStage({
  kind: 'greeting',
  settings: Type.Object({
    by: Type.Optional(Type.Array(Type.Enum(['name', 'title']), { title: 'By', description: 'What is said.' })),
    token: Type.Optional(secret({ title: 'Token', description: 'A secret.' })),
  }),
  answer: Type.Object({}),
  proves: ['pwd'],
  show: () => ask(screen(msg('sample.hello'))),
  submit: () => pass({ proof: 'pwd' }),
})

const sample = defineProtocol({
  kind: 'sample',
  settings: Type.Object({
    key: Type.String({ title: 'Key', description: 'Names the client.', 'x-default-from': 'slug' }),
    password: Type.Optional(secret({ title: 'Password', description: 'A secret.' })),
    lifetime: Type.Integer({ title: 'Lifetime', description: 'In seconds.', minimum: 5, default: 60 }),
    uris: Type.Optional(Type.Array(Type.String(), { title: 'Addresses', description: 'Where answers go.' })),
  }),
  request: Type.Object({}),
  index: ['key'],
  check: ({ uris = [] }) => uris.flatMap((uri, at) => (uri === '*' ? [{ pointer: `/uris/${at}`, message: '"*" matches everything' }] : [])),
  routes: () => {},
  finish: () => ({ answer: 'json', status: 200, body: {} }),
  refused: () => ({ answer: 'json', status: 403, body: {} }),
})

const rule = definePolicy({
  kind: 'rule',
  settings: Type.Object({
    rules: Type.Array(
      Type.Object({ when: expression({ title: 'When', description: 'A rule.' }) }, { title: 'A rule', description: 'One of them.' }),
      { title: 'Rules', description: 'All of them.' },
    ),
    token: Type.Optional(secret({ title: 'Token', description: 'A secret.' })),
  }),
  decide: () => allow,
})

/** A plugin as small as can be, for the tests of this folder. */
export const samplePlugin = definePlugin({
  id: 'sample',
  version: '1.0.0',
  api: '^1',
  stages: [greeting as Stage],
  policies: [rule],
  protocols: [sample],
  messages: { en: { 'sample.hello': 'Hello' } },
})
