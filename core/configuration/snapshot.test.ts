// Longer than others: every test here compiles documents over the same shipped ones.
import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { Secret } from '../api/index.ts'
import { compileFlow } from '../engine/compile.ts'
import { createCatalog } from './catalog.ts'
import { expressionsIn } from '../policy/expressions.ts'
import { readDocument } from './document.ts'
import { problemText } from './problem.ts'
import { samplePlugin } from './sample.fixture.ts'
import { compileSnapshot } from './snapshot.ts'
import type { Snapshot } from './types.ts'

const created = createCatalog([samplePlugin], new Set())
assert.ok('catalog' in created)
const { catalog } = created

const shippedText = `
version: 1
flows:
  default-authentication: { title: Sign in, designation: authentication, session: { lifetime: 8h }, steps: [{ type: greeting }] }
  default-authorization-implicit-consent: { title: Allow, designation: authorization, steps: [] }
  default-invalidation: { title: Sign out, designation: invalidation, steps: [] }
  default-password-change: { title: Change, designation: stage-configuration, steps: [] }
  default-recovery: { title: Recover, designation: recovery, steps: [] }
  default-authenticator-setup: { title: Set up, designation: stage-configuration, steps: [] }
  initial-setup: { title: Set up, designation: authentication, entry: link, steps: [{ type: greeting }] }
`
const documentOf = (text: string, file: string, env: Record<string, string> = {}, directory = '/nowhere') => {
  const read = readDocument(text, file, { env, directory })
  assert.ok('document' in read, JSON.stringify(read))
  return read.document
}
const compile = (text: string, env?: Record<string, string>, directory?: string) =>
  compileSnapshot({
    documents: [documentOf(`version: 1\n${text}`, 'my.yaml', env, directory)],
    shipped: [documentOf(shippedText, 'shipped.yaml')],
    catalog,
    compileFlow,
  })
const problemsOf = (...given: Parameters<typeof compile>): readonly string[] => {
  const result = compile(...given)
  return 'problems' in result ? result.problems.map(problemText) : []
}
const snapshotOf = (...given: Parameters<typeof compile>): Snapshot => {
  const result = compile(...given)
  assert.ok('snapshot' in result, problemsOf(...given).join('\n'))
  return result.snapshot
}

test('an application gets its provider, the default flows, and its provider the application', () => {
  const snapshot = snapshotOf(
    `
providers: { wiki: { type: sample, with: { password: { $env: WIKI } } } }
applications: { docs: { name: Documentation, provider: wiki, launchUrl: 'https://docs.example' } }
`,
    { WIKI: 'hunter2' },
  )
  assert.deepEqual(snapshot.applications.get('docs'), {
    slug: 'docs',
    name: 'Documentation',
    launchUrl: 'https://docs.example',
    provider: 'wiki',
    flows: {
      authentication: 'default-authentication',
      authorization: 'default-authorization-implicit-consent',
      invalidation: 'default-invalidation',
      recovery: 'default-recovery',
    },
  })
  const provider = snapshot.providersOf('sample').byApplication('docs')
  assert.equal(provider?.slug, 'wiki')
  assert.deepEqual(provider.application, { slug: 'docs', name: 'Documentation', launchUrl: 'https://docs.example' })
  assert.equal(provider.settings.key, 'wiki', 'the setting that says so comes from the slug')
  assert.equal(provider.settings.lifetime, 60)
  assert.ok(provider.settings.password instanceof Secret)
  assert.equal(provider.settings.password.reveal(), 'hunter2')
  assert.equal(snapshot.providersOf('sample').find('key', 'wiki'), provider)
  assert.equal(snapshot.providersOf('other').find('key', 'wiki'), undefined)
  assert.equal(snapshot.providersOf('other').byApplication('docs'), undefined)
  assert.ok(!JSON.stringify([...snapshot.providers]).includes('hunter2'))
})

test('a provider that no application names makes one of its own slug', () => {
  const snapshot = snapshotOf('providers: { wiki: { type: sample, name: The wiki, with: { key: k } } }')
  assert.equal(snapshot.applications.get('wiki')?.name, 'The wiki')
  assert.equal(snapshot.providersOf('sample').byApplication('wiki')?.settings.key, 'k')
  assert.match(
    problemsOf('providers: { wiki: { type: sample } }\napplications: { wiki: { name: W } }').join(),
    /^my\.yaml:2:14: providers\.wiki: no application uses it.*write "provider: wiki" there$/,
  )
})

test('a misspelt provider is told once', () => {
  assert.deepEqual(problemsOf('providers: { wiki: { type: sample } }\napplications: { wiki: { name: Wiki, provider: wikki } }'), [
    'my.yaml:3:47: applications.wiki.provider: there is no provider "wikki"; did you mean "wiki"?',
  ])
})

test('an application without a provider is a link', () => {
  assert.equal(
    snapshotOf("applications: { site: { name: Site, launchUrl: 'https://x.example' } }").applications.get('site')?.provider,
    undefined,
  )
})

test('names have no signs that nobody sees: a document with one is refused with the line', () => {
  const documents = [
    ['applications: { a: { name: Wiki } }', 'applications.a.name'],
    ['users:\n  ada: { name: Wiki }', 'users.ada.name'],
    ['groups:\n  g: { name: Wiki }', 'groups.g.name'],
    ['brands: { b: { name: Wiki } }', 'brands.b.name'],
    ['roles: { r: { name: A, description: Wiki, permissions: [] } }', 'roles.r.description'],
    ['flows: { f: { title: Wiki, designation: recovery, steps: [] } }', 'flows.f.title'],
  ] as const
  for (const [text, place] of documents)
    for (const sign of ['\\0', '\\e', '\\u202E', '\\u2066', '\\u0085']) {
      const problems = problemsOf(text.replace('Wiki', `"W${sign}iki"`))
      const [problem = ''] = problems.filter((each) => each.includes(`${place}: `))
      assert.match(problem, /^my\.yaml:[1-4]:\d+: .* must be (?:one line|text) without control characters/, problems.join())
      assert.doesNotMatch(problem, /[\p{Cc}\u202e\u2066]/u)
    }
  assert.deepEqual(problemsOf('applications: { a: { name: Wiki, description: "two\\nlines" } }'), [])
  assert.match(problemsOf('applications: { a: { name: "two\\nlines" } }').join(), /must be one line/)
  assert.match(problemsOf('users: { "a\\u202Eb": {} }').join(), /must be a user name/)
})

test('the address of an application is one that a browser can open', () => {
  const told = (launchUrl: string) => problemsOf(`applications: { site: { name: Site, launchUrl: ${JSON.stringify(launchUrl)} } }`)
  for (const good of ['http://a', 'https://x.example/ä?q=#f', 'https://[::1]:8443/', 'http://10.0.0.1:80/x'])
    assert.deepEqual(told(good), [], good)
  for (const bad of [
    'javascript:alert(1)',
    'http://',
    'https://[',
    'https://a\njavascript:1',
    'https://a b',
    'https://a\\@b',
    'https://a:x',
    `https://${'a'.repeat(2000)}`,
  ]) {
    const problems = told(bad)
    assert.equal(problems.length, 1, bad)
    assert.match(
      problems[0] ?? '',
      /applications\.site\.launchUrl: .*(?:must be a whole address that starts with http|at most 2000 characters|is no address that can be opened)/,
    )
  }
})

test('flows: durations become seconds, a document replaces a shipped flow of the same slug', () => {
  assert.equal(snapshotOf('flows: {}').flows.get('default-authentication')?.sessionLifetime, 8 * 3600)
  const mine =
    'flows: { default-authentication: { title: Mine, designation: authentication, session: { lifetime: 30d }, steps: [{ type: greeting }] } }'
  const program = snapshotOf(mine).flows.get('default-authentication')
  assert.deepEqual([program?.title, program?.sessionLifetime], ['Mine', 30 * 86_400])
})

test('the revision names the content, whatever the order in which it is written', () => {
  const a = snapshotOf('providers: { x: { type: sample, with: { key: k, lifetime: 9 } }, y: { type: sample } }')
  const b = snapshotOf('providers: { y: { type: sample }, x: { with: { lifetime: 9, key: k }, type: sample } }')
  const c = snapshotOf('providers: { x: { type: sample, with: { key: k, lifetime: 10 } }, y: { type: sample } }')
  assert.equal(a.revision, b.revision)
  assert.notEqual(a.revision, c.revision)
})

test('every error at once, each with its place, what is wrong and what was probably meant', () => {
  assert.deepEqual(
    problemsOf(`
flows:
  mine:
    title: Mine
    designation: authentification
    steps:
      - type: greting
      - choose: []
      - { type: greeting, with: { by: name }, when: nonsense }
  other:
    title: Other
    designation: authorization
    steps:
      - type: greting
      - { type: greeting, with: { by: [nam], loud: true } }
provider: {}
providers:
  one: { type: sampel }
  two: { type: sample, with: { lifetme: 7, uris: ['a', '*'] } }
  three: { type: sample, with: { uris: ['a', '*'] } }
  four: { type: sample, with: { key: three } }
applications:
  App: { name: App, provider: thre }
  app: { name: App, provider: thre, flows: { authentication: initial-setup, authorization: default-invalidation, invalidation: defaultinvalidation } }
`),
    [
      'my.yaml:6:18: flows.mine.designation: "authentification" is not one of authentication, authorization, invalidation, enrollment, unenrollment, recovery, stage-configuration; did you mean "authentication"?',
      'my.yaml:8:15: flows.mine.steps[0].type: there is no stage "greting"; did you mean "greeting"?',
      'my.yaml:9:9: flows.mine.steps[1].choose: must not be empty',
      'my.yaml:10:39: flows.mine.steps[2].with.by: must be a list, not a text; write [name]',
      'my.yaml:10:53: flows.mine.steps[2].when: there is no `nonsense` (line 1, column 1 of the expression)',
      'my.yaml:15:15: flows.other.steps[0].type: there is no stage "greting"; did you mean "greeting"?',
      'my.yaml:16:40: flows.other.steps[1].with.by[0]: "nam" is not one of name, title; did you mean "name"?',
      'my.yaml:16:52: flows.other.steps[1].with.loud: there is no "loud" here; there are by, token',
      'my.yaml:17:1: provider: there is no kind "provider"; did you mean "providers"?',
      'my.yaml:19:16: providers.one.type: there is no protocol "sampel"; did you mean "sample"?',
      'my.yaml:20:41: providers.two.with.lifetme: there is no "lifetme" here; did you mean "lifetime"?',
      'my.yaml:21:46: providers.three.with.uris[1]: "*" matches everything',
      'my.yaml:24:3: applications.App: "App" must be a slug: small letters, digits, - and _, starting with a letter or a digit, 100 at most',
      'my.yaml:24:31: applications.App.provider: there is no provider "thre"; did you mean "three"?',
      'my.yaml:25:31: applications.app.provider: there is no provider "thre"; did you mean "three"?',
      'my.yaml:25:62: applications.app.flows.authentication: the flow "initial-setup" is opened by a one-time link only',
      'my.yaml:25:92: applications.app.flows.authorization: the flow "default-invalidation" is for invalidation, not for authorization',
      'my.yaml:25:128: applications.app.flows.invalidation: there is no flow "defaultinvalidation"; did you mean "default-invalidation"?',
    ],
  )
})

test('a value of an index occurs once; a provider serves one application', () => {
  assert.match(
    problemsOf('providers: { a: { type: sample }, b: { type: sample, with: { key: a } } }').join(),
    /"a" belongs to the provider "a" already/,
  )
  assert.match(
    problemsOf('providers: { a: { type: sample } }\napplications: { b: { name: B, provider: a }, c: { name: C, provider: a } }').join(),
    /the application "b" uses the provider "a" already/,
  )
})

test('what is not built is refused by name, at every place', () => {
  const problems = problemsOf(`
sources: { a: { type: saml } }
settings: { sesions: {} }
flows:
  mine:
    title: M
    designation: authentication
    session: { lifetime: 8h, remember: 30d }
    steps:
      - { type: greeting, when: 'true' }
applications:
  a: { name: A, backchannel: [] }
  b: { name: B, backchannel: [x] }
users: { ada: null }
`)
  assert.deepEqual(
    problems.map((problem) => problem.replace(/^my\.yaml:\d+:\d+: /, '')),
    [
      'sources: sources are not built yet; remove this section',
      'settings.sesions: there are no settings of "sesions"; did you mean "sessions"?',
      'flows.mine.session.remember: "remember" is not built yet; remove it',
      'applications.b.backchannel[0]: back-channel providers are not built yet; remove it',
      'users.ada: users are not deleted by a document; they live in the directory',
    ],
  )
})

test('what is wrong in a choice, a call or a condition stands at its place, however deep', () => {
  assert.deepEqual(
    problemsOf(`
flows:
  deep:
    title: D
    designation: recovery
    steps:
      - choose:
          - when: [{ group: staff }, { grup: staff }]
            steps:
              - choose:
                  - when: { mode: some, bindings: [] }
                    steps:
                      - { type: greeting, with: { by: [nam] } }
                      - { type: greeting, with: { token: { $env: NOPE } } }
                      - { flow: terns }
          - steps: [{ type: greeting, flow: terms }, { flow: terms, with: {} },{ type: greting, onInvalid: never }]
  terms:
    title: T
    designation: recovery
    steps: [{ type: greeting, when: 7 }, { type: greeting, when: nonsense }]
`),
    [
      'my.yaml:9:46: flows.deep.steps[0].choose[0].when[1].grup: there is no "grup" here; did you mean "group"?',
      'my.yaml:12:35: flows.deep.steps[0].choose[0].steps[0].choose[0].when.mode: "some" is not one of any, all',
      'my.yaml:14:56: flows.deep.steps[0].choose[0].steps[0].choose[0].steps[0].with.by[0]: "nam" is not one of name, title; did you mean "name"?',
      'my.yaml:15:51: flows.deep.steps[0].choose[0].steps[0].choose[0].steps[1].with.token: the environment variable NOPE is not set; set it',
      'my.yaml:16:33: flows.deep.steps[0].choose[0].steps[0].choose[0].steps[2].flow: there is no flow "terns"; did you mean "terms"?',
      'my.yaml:17:21: flows.deep.steps[0].choose[1].steps[0]: a step is one of a stage ("type"), a choice ("choose") and a call of a flow ("flow"); this one has "type" and "flow"',
      'my.yaml:17:62: flows.deep.steps[0].choose[1].steps[1].flow: the flow "terms" cannot be used; put right what is wrong there',
      'my.yaml:17:69: flows.deep.steps[0].choose[1].steps[1].with: "with" belongs to a stage ("type"), not to a call; remove it',
      'my.yaml:17:88: flows.deep.steps[0].choose[1].steps[2].type: there is no stage "greting"; did you mean "greeting"?',
      'my.yaml:17:108: flows.deep.steps[0].choose[1].steps[2].onInvalid: "never" is not one of retry, restart, restart-with-facts',
      'my.yaml:21:37: flows.terms.steps[0].when: 7 fits none of: an expression, a list of bindings, a map with mode and bindings',
      'my.yaml:21:66: flows.terms.steps[1].when: there is no `nonsense` (line 1, column 1 of the expression)',
    ],
  )
})

test('policies are checked, and what they are made of is compiled', () => {
  const snapshot = snapshotOf(`
policies: { office: { type: rule, with: { rules: [{ when: 'request.ip.in("10.0.0.0/8")' }], token: abc } } }
applications: { a: { name: A, access: [{ policy: office }, { group: staff, from: '2026-01-01' }] } }
`)
  const { settings, hash } = snapshot.policies.get('office') ?? assert.fail()
  assert.equal(expressionsIn(settings).length, 1)
  assert.ok(settings['token'] instanceof Secret)
  const access = snapshot.applications.get('a')?.access
  assert.deepEqual(
    access?.bindings.map(({ test }) => test.by),
    ['policy', 'group'],
  )
  const other = snapshotOf(`policies: { office: { type: rule, with: { rules: [{ when: 'true' }] } } }`)
  assert.notEqual(other.policies.get('office')?.hash, hash)
})

test('what is wrong with policies and access is told at its place', () => {
  assert.deepEqual(
    problemsOf(`
policies:
  a: { type: rul }
  b: { type: rule, with: { rules: [{ when: 'true' }, { when: 'usr.name' }] } }
applications:
  a:
    name: A
    access:
      mode: any
      bindings:
        - { policy: offic }
        - { policy: b }
        - { role: admins }
        - { group: a, user: b }
  b: { name: B, access: { mode: some, bindings: [{ grup: a }] } }
  c: { name: C, access: 7 }
  d: { name: D, access: [] }
flows:
  out: { title: O, designation: invalidation, steps: [], access: 'true' }
  in: { title: I, designation: authentication, steps: [{ type: greeting }], access: [{ group: staff }] }
`).map((line) => line.replace('my.yaml:', '')),
    [
      '4:14: policies.a.type: there is no type of policy "rul"; did you mean "rule"?',
      '5:62: policies.b.with.rules[1].when: there is no `usr`; did you mean "user"? (line 1, column 1 of the expression)',
      '12:21: applications.a.access.bindings[0].policy: there is no policy "offic"; there are a, b',
      '13:21: applications.a.access.bindings[1].policy: the policy "b" cannot be used, since something in it is wrong',
      '14:19: applications.a.access.bindings[2].role: there is no role "admins"; did you mean "admin"?',
      '15:11: applications.a.access.bindings[3]: a binding names one of policy, group, user, role, method, level, expression, this one names group and user',
      '16:33: applications.b.access.mode: "some" is not one of any, all',
      '16:58: applications.b.access.bindings[0].grup: there is no "grup" here; did you mean "group"?',
      '17:25: applications.c.access: 7 fits none of: an expression, a list of bindings, a map with mode and bindings',
      '18:17: applications.d.access: must not be empty',
      '20:66: flows.out.access: a flow that signs users out is open to everybody, or they could not sign out; remove it',
      '21:77: flows.in.access: asks about the user, whom nobody knows before this flow has run, so it would refuse everybody; put it on the applications that use the flow',
    ],
  )
})

test('the revision changes with policies, access and mappings', () => {
  const revisions = [
    '',
    `applications: { a: { name: A } }`,
    `applications: { a: { name: A, access: 'true' } }`,
    `applications: { a: { name: A, access: 'false' } }`,
    `policies: { p: { type: rule, with: { rules: [] } } }`,
    `scopeMappings: { m: { claims: { a: { value: 1 } } } }`,
    `scopeMappings: { m: { claims: { a: { value: 2 } } } }`,
  ].map((text) => snapshotOf(text).revision)
  assert.equal(new Set(revisions).size, revisions.length)
})

test('secrets by reference: in secret fields only, and what cannot be read is named', () => {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-secrets-'))
  writeFileSync(join(directory, 'key'), 'from a file\n')
  const settings = snapshotOf('providers: { a: { type: sample, with: { password: { $file: key } } } }', {}, directory).providers.get(
    'a',
  )?.settings
  assert.equal(settings.password.reveal(), 'from a file')

  assert.match(
    problemsOf('providers: { a: { type: sample, with: { password: { $env: NOPE } } } }').join(),
    /with\.password: the environment variable NOPE is not set; set it$/,
  )
  assert.match(
    problemsOf('providers: { a: { type: sample, with: { password: { $file: nope } } } }').join(),
    /the file nope cannot be read \(ENOENT\)$/,
  )
  assert.match(
    problemsOf('providers: { a: { type: sample, with: { key: { $env: HOME } } } }', { HOME: 'x' }).join(),
    /with\.key: \$env and \$file are for secret fields only/,
  )
  assert.match(
    problemsOf('users: { ada: { password: { $env: NOPE } } }').join(),
    /users\.ada\.password: the environment variable NOPE is not set/,
  )
  assert.match(
    problemsOf('flows: { f: { title: F, designation: recovery, steps: [{ type: greeting, with: { token: { $env: NOPE } } }] } }').join(),
    /flows\.f\.steps\[0\]\.with\.token: the environment variable NOPE is not set/,
  )
})

test('a document that came over the network may not name variables or files', () => {
  const read = readDocument(
    '{ "version": 1, "providers": { "a": { "type": "sample", "with": { "password": { "$file": "/etc/hostname" } } } } }',
    'request',
  )
  assert.ok('document' in read)
  const result = compileSnapshot({
    documents: [read.document],
    shipped: [documentOf(shippedText, 'shipped.yaml')],
    catalog,
    compileFlow,
  })
  assert.ok('problems' in result)
  assert.deepEqual(
    result.problems.map(({ message }) => message),
    ['$env and $file are read where a file is read, not from a request; send the value'],
  )
})

test('a wrong value in a secret field is not repeated', () => {
  assert.ok(!problemsOf('users: { ada: { password: 20261123 } }').join().includes('2026'))
  assert.ok(!problemsOf('providers: { a: { type: sample, with: { password: [hunter2] } } }').join().includes('hunter2'))
})

test('users and groups are seeds for the directory, not part of the snapshot', () => {
  const result = compile(
    'groups: { staff: {}, finance: { parents: [staff] } }\nusers: { "Ada L.": { name: Ada, groups: [finance], password: { $env: P } } }',
    { P: 'pw' },
  )
  assert.ok('seeds' in result)
  assert.equal(result.seeds.users['Ada L.']?.password?.reveal(), 'pw')
  assert.deepEqual(JSON.parse(JSON.stringify(result.seeds)), {
    users: { 'Ada L.': { name: 'Ada', groups: ['finance'], password: '[secret]' } },
    groups: { staff: {}, finance: { parents: ['staff'] } },
  })
  assert.match(problemsOf('users: { " ada": {} }').join(), /must be a user name/)
})

test('the same object in two documents is refused, and so are slugs that are addresses', () => {
  const text = 'version: 1\napplications: { a: { name: A } }'
  const result = compileSnapshot({
    documents: [documentOf(text, 'one.yaml'), documentOf(text, 'two.yaml')],
    shipped: [documentOf(shippedText, 's.yaml')],
    catalog,
    compileFlow,
  })
  assert.ok('problems' in result)
  assert.deepEqual(result.problems.map(problemText), ['two.yaml:2:17: applications.a: is in one.yaml:2 too; remove one of them'])
  assert.match(problemsOf('applications: { token: { name: T } }').join(), /"token" is an address of Sluice's own/)
  assert.match(problemsOf('flows: { redirect: { title: T, designation: recovery, steps: [] } }').join(), /"redirect" is an address/)
})

test('without a default flow there is no snapshot', () => {
  const result = compileSnapshot({ documents: [], shipped: [], catalog, compileFlow })
  assert.ok('problems' in result)
  assert.equal(result.problems[0]?.message, 'the default flow for authentication is missing: there is no flow "default-authentication"')
})
