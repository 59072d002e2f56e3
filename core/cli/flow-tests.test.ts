import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { nowhere } from '../configuration/document.ts'
import { readFlowTest } from '../configuration/flow-tests.ts'
import { readCatalog, readConfiguration } from '../configuration/house.ts'
import { problemText } from '../configuration/problem.ts'
import { flowTestsText } from './flow-tests-text.ts'
import { runFlowTests } from './flow-tests.ts'

const folder = fileURLToPath(new URL('../../flows/', import.meta.url))
const catalog = await readCatalog()
const house = readConfiguration(catalog, { apply: [], configuration: undefined }, {})
const read = (text: string, file = 'my.test.yaml') => {
  const result = readFlowTest(text, file)
  assert.ok('test' in result, 'problems' in result ? result.problems.map(problemText).join('\n') : '')
  return result.test
}
const run = async (text: string, file?: string, { snapshot }: Pick<ReturnType<typeof readConfiguration>, 'snapshot'> = house) => {
  const { file: name, ...rest } = {
    ...read(text, file),
    ...(await runFlowTests(read(text, file), { snapshot, catalog })),
  }
  return flowTestsText([{ file: name, ...('problems' in rest ? { problems: rest.problems } : { results: rest.results }) }])
}

test('every shipped flow has a test beside it, which it passes', async () => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'))
  const flows = files.filter((name) => !name.endsWith('.test.yaml') && /^flows:/m.test(readFileSync(folder + name, 'utf8')))
  assert.deepEqual(
    files.filter((name) => name.endsWith('.test.yaml')),
    flows.map((name) => name.replace('.yaml', '.test.yaml')).toSorted(),
  )
  for (const name of flows.map((flow) => flow.replace('.yaml', '.test.yaml'))) {
    const text = await run(readFileSync(folder + name, 'utf8'), name)
    assert.match(text, /\n\n[1-9]\d* passed, 0 failed$/, text)
  }
})

test('a case that fails says where, what was expected, what came, and how', async () => {
  const text = await run(`version: 1
flow: default-authentication
users: { ada: { password: right } }
cases:
  - name: signs in
    answers: { identifier: ada, password: wrong }
    expect:
      ends: closed
      passed: [identification-1, password-2]
      effects: [users.create]
  - name: as somebody who is not there
    given: { user: bob }
    expect: { ends: asks }
  - name: by the message in words
    answers: { identifier: ada, password: wrong }
    expect: { ends: asks, why: The user name or the password is not right. Please try again. }
`)
  assert.equal(
    text,
    `my.test.yaml
  ✗ signs in
      my.test.yaml:8:13: ends: expected closed; was asks
      my.test.yaml:9:7: passed: expected identification-1, password-2; was identification-1
      my.test.yaml:10:7: effects: expected users.create; was none

        identification-1  asks      “Sign in”  identifier
                          passes
        password-2        holds     not method "passkey": yes
                          asks      “Enter your password”  password
                          is wrong
        Goes no further than password-2: The user name or the password is not right. Please try again.

  ✗ as somebody who is not there
      there is no user "bob" among the users of this file
  ✓ by the message in words

1 passed, 2 failed`,
  )
})

test('a passkey says who it is only where there is somebody who has one, and the step takes them', async () => {
  const step = (settings: object) => ({ title: 'T', designation: 'authentication', steps: [{ type: 'identification', with: settings }] })
  const document = { version: 1, flows: { open: step({}), typed: step({ passkeys: false }) } }
  const ofFlow = (flow: string, given: string, expected: string) =>
    run(
      `version: 1
flow: ${flow}
users: { ada: { password: right }, bob: { password: right } }
authenticators: { ada: [webauthn] }
cases:
  - name: a passkey
    given: { assume: true${given} }
    answers: { identification-1.proves: passkey }
    expect: ${expected}
`,
      'passkey.test.yaml',
      readConfiguration(catalog, { apply: [], configuration: { ...nowhere, value: document } }, {}),
    )
  const asks = '{ ends: asks, at: identification-1, passed: [] }'
  for (const [flow, given, expected] of [
    ['open', ', user: ada', '{ ends: closed, methods: [passkey] }'],
    ['open', ', user: bob', asks],
    ['open', '', asks],
    ['typed', ', user: ada', asks],
  ] as const)
    assert.match(await ofFlow(flow, given, expected), /1 passed, 0 failed/, `${flow}${given}`)
})

test('a case goes on to what a level lacks that an application wants, and says what a device shows', async () => {
  const steps = [{ type: 'identification' }, { type: 'password' }, { type: 'second-factor' }]
  const document = {
    version: 1,
    flows: { office: { title: 'Office', designation: 'authentication', steps } },
    applications: {
      books: { name: 'Books', access: [{ expression: 'request.ip.in("10.0.0.0/8")' }, { level: '2' }] },
      plans: { name: 'Plans', access: "device.certificate?.commonName === 'laptop-7' && device.posture.managed === 'yes'" },
    },
  }
  const text = await run(
    `version: 1
flow: office
users: { ada: { password: right } }
cases:
  - name: from the office a password does
    given: { ip: 10.1.2.3, application: books }
    answers: { identifier: ada, password: right }
    expect: { ends: closed, methods: [pwd], passed: [identification-1, password-2, second-factor-3] }
  - name: elsewhere the second factor is asked for, and the password once
    given: { ip: 192.0.2.1, application: books, assume: true }
    answers: { identifier: ada, password: right, second-factor-3.proves: totp }
    expect: { ends: closed, methods: [pwd, totp] }
  - name: and nobody is in without it
    given: { ip: 192.0.2.1, application: books }
    answers: { identifier: ada, password: right }
    expect: { ends: asks, at: second-factor-3 }
  - name: a device that shows what is wanted
    given: { application: plans, device: { certificate: { commonName: laptop-7 }, posture: { managed: 'yes' } } }
    answers: { identifier: ada, password: right }
    expect: { ends: closed }
  - name: and one that shows half of it
    given: { application: plans, device: { posture: { managed: 'yes' } } }
    answers: { identifier: ada, password: right }
    expect: { ends: denied, at: application plans }
`,
    'levels.test.yaml',
    readConfiguration(catalog, { apply: [], configuration: { ...nowhere, value: document } }, {}),
  )
  assert.match(text, /5 passed, 0 failed/, text)
})

test('a case may expect that a flow may not be entered, or an application not be opened', async () => {
  const document = {
    version: 1,
    groups: { finance: {} },
    flows: {
      office: {
        title: 'Office',
        designation: 'authentication',
        access: '!request.ip.in("203.0.113.0/24")',
        steps: [{ type: 'identification' }, { type: 'password' }],
      },
    },
    applications: { books: { name: 'Books', access: 'user.isInGroup("finance") && request.ip.in("10.0.0.0/8")' } },
  }
  const text = await run(
    `version: 1
flow: office
groups: { finance: {} }
users: { ada: { password: right, groups: [finance] }, bob: { password: right } }
cases:
  - name: ada from the office
    given: { ip: 10.1.2.3, application: books }
    answers: { identifier: ada, password: right }
    expect: { ends: closed, methods: [pwd] }
  - name: ada from elsewhere
    given: { ip: 192.0.2.1, application: books }
    answers: { identifier: ada, password: right }
    expect: { ends: denied, at: application books, why: core.denied.access, passed: [identification-1, password-2] }
  - name: ada from where nobody may
    given: { ip: 203.0.113.9 }
    expect: { ends: denied, at: flow office, why: This is not open to you now., passed: [] }
  - name: bob
    given: { ip: 10.1.2.3, application: books }
    answers: { identifier: bob, password: right }
    expect: { ends: closed }
`,
    'office.test.yaml',
    readConfiguration(catalog, { apply: [], configuration: { ...nowhere, value: document } }, {}),
  )
  assert.equal(
    text,
    `office.test.yaml
  ✓ ada from the office
  ✓ ada from elsewhere
  ✓ ada from where nobody may
  ✗ bob
      office.test.yaml:20:21: ends: expected closed; was denied

        flow office        holds          expression: yes (request.ip.in("203.0.113.0/24") is false)
        identification-1   asks           “Sign in”  identifier
                           passes
        password-2         asks           “Enter your password”  password
                           passes
                           ends
        application books  does not hold  expression: no (user.isInGroup("finance") is false)
        Denied: You do not have access to Books.


3 passed, 1 failed`,
  )
})

test('a file that cannot be used says why', async () => {
  const result = readFlowTest(
    'version: 1\nflow: x\nuser: {}\ncases: [{ name: n, expect: { ends: close, passd: [] }, anwsers: {} }]',
    'x.test.yaml',
  )
  assert.deepEqual('problems' in result && result.problems.map(problemText), [
    'x.test.yaml:3:1: user: there is no "user" here; did you mean "users"?',
    'x.test.yaml:4:56: cases[0].anwsers: there is no "anwsers" here; did you mean "answers"?',
    'x.test.yaml:4:43: cases[0].expect.passd: there is no "passd" here; did you mean "passed"?',
    'x.test.yaml:4:36: cases[0].expect.ends: "close" is not one of closed, denied, asks, failed; did you mean "closed"?',
  ])
  assert.match(
    await run('version: 1\nflow: default-autentication\ncases: [{ name: n, expect: { ends: asks } }]'),
    /✗ my\.test\.yaml:2:7: flow: there is no flow "default-autentication"; did you mean "default-authentication"\?/,
  )
  assert.match(
    await run('version: 1\nflow: default-authentication\nusers: { ada: { groups: [lost] } }\ncases: [{ name: n, expect: { ends: asks } }]'),
    /my\.test\.yaml:3:17: users\.ada\.groups: .*lost/,
  )
})
