import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { adminToken, apiOf } from '../kit/api.ts'
import { limits } from '../../core/engine/limits.ts'
import { Client, signIn } from '../kit/client.ts'
import { configuration, people } from '../kit/configuration.ts'
import { everyRow } from '../kit/rows.ts'
import { command, startServer, temporaryDirectory, type TestServer } from '../kit/server.ts'

const fields = [
  { key: 'username', type: 'username', required: true },
  { key: 'password', type: 'password', required: true },
]
const flows = {
  join: {
    title: 'Join',
    designation: 'enrollment',
    steps: [{ flow: 'questions' }, { choose: [{ steps: [{ type: 'user-write', with: { mode: 'create' } }] }] }],
  },
  office: {
    title: 'From the office',
    designation: 'authentication',
    steps: [
      { type: 'identification' },
      { type: 'password' },
      { type: 'deny', when: '!(user.isInGroup("staff") && request.ip.in("10.0.0.0/8"))' },
    ],
  },
  questions: { title: 'Questions', designation: 'enrollment', entry: 'call', steps: [{ type: 'prompt', with: { title: 'Join', fields } }] },
}

/** Opened with a device that is known well. */
const payroll = {
  name: 'Payroll',
  access:
    'device.trusted && device.posture.managed === "yes" && device.certificate?.commonName === "laptop-7" && device.certificate.names.includes("b.example")',
}

let server: TestServer
before(async () => {
  server = await startServer({
    apply: configuration({ flows, applications: { payroll }, settings: { mfa: { trust: '30d' } } }),
    env: { SLUICE_BOOTSTRAP_TOKEN: adminToken },
  })
})
after(() => server.stop())

const simulate = async (...args: readonly string[]) => {
  const { code, out, err } = await server.sluice(['simulate', ...args])
  assert.equal(code, 0, err)
  return out
}

test('a simulation asks the running server, tells the way and its end, and leaves every table as it was', async () => {
  await signIn(new Client(server.url), people.ada)
  const before = await everyRow(server)
  assert.match(before, /ada@example\.com/)
  const signingIn = await simulate('default-authentication', '--user', 'ada', '--answer', `password=${people.ada.password}`)
  assert.match(signingIn, /identification-1 +asks[\s\S]*password-2 +holds[\s\S]*asks[\s\S]*Signs in ada \(pwd\)\.\n$/)
  assert.match(await simulate('default-authentication', '--user', 'ada', '--answer', 'password=wrong'), /Goes no further than password-2/)
  assert.match(await simulate('default-authentication', '--user', 'ada', '--assume'), /assumed: pwd[\s\S]*Signs in ada/)
  const secret = 'canary of a new password'
  const join = ['join', '--answer', `password=${secret}`, '--answer', `password-repeat=${secret}`, '--answer']
  const joining = await simulate(...join, 'username=eve')
  assert.match(joining, /questions\/prompt-1 +asks[\s\S]*It would write:\n {2}users\.create \{"username":"eve"[^\n]*\n {2}passwords\.set/)
  assert.match(
    await simulate(...join, 'username=ada'),
    /Goes no further than questions\/prompt-1: Somebody already has the user name “ada”/,
  )
  assert.match(await simulate('default-invalidation', '--user', 'ada', '--answer', 'choice=sign-out'), /Ends well/)
  const consent = await simulate(
    'default-authorization-explicit-consent',
    '--user',
    'ada',
    '--application',
    'notes',
    '--scopes',
    'email',
    '--json',
  )
  assert.deepEqual([JSON.parse(consent).ends, JSON.parse(consent).lacking[0].options], ['asks', ['allow', 'deny']])
  assert.ok(![signingIn, joining, server.logs()].join('').includes(secret))
  assert.equal(await everyRow(server), before)
})

test('a simulation by the API is that of the command, explains what a condition came to, and leaves every table as it was', async () => {
  const admin = apiOf(server.url, adminToken)
  // The token's use is written once a minute.
  await admin.must('GET', '/me')
  // What is typed is counted, and given back where it was right.
  const rows = async () => (await everyRow(server)).replaceAll(/,?\{"key":"core:attempts:simulation[^}]*\}/g, '')
  const before = await rows()
  const at = '2026-06-01T08:00:00Z'
  const timeless = (report: unknown): unknown => JSON.parse(JSON.stringify(report, (key, value: unknown) => (key === 'ms' ? 0 : value)))
  const both = async (ip: string) => {
    const wish = { user: 'ada', ip, at, answers: { password: people.ada.password } }
    const byApi = await admin('POST', '/flows/office/simulate', { body: wish })
    assert.equal(byApi.status, 200, byApi.text)
    const words = ['office', '--user', 'ada', '--ip', ip, '--at', at, '--answer', `password=${people.ada.password}`, '--json']
    assert.deepEqual(timeless(byApi.body), timeless(JSON.parse(await simulate(...words))))
    assert.ok(!byApi.text.includes(people.ada.password))
    return byApi
  }
  const inside = await both('10.1.2.3')
  assert.deepEqual([inside.body.ends, inside.body.username], ['closed', 'ada'], inside.text)
  const outside = await both('192.0.2.1')
  assert.equal(outside.body.ends, 'denied', outside.text)
  const reasons = outside.body.trace.flatMap((line: any) => line.reasons ?? [])
  assert.match(JSON.stringify(reasons), /request\.ip\.in\(.*10\.0\.0\.0\/8.*is false/)
  assert.equal(await rows(), before)
})

test('a simulation pretends a device, a trusted browser and the levels that an application asks for, alike by the API and the command', async () => {
  const admin = apiOf(server.url, adminToken)
  const both = async (wish: Readonly<Record<string, unknown>>, words: readonly string[]) => {
    const told = { user: 'ada', application: 'payroll', answers: { password: people.ada.password } }
    const byApi = await admin('POST', '/flows/office/simulate', { body: { ip: '10.1.2.3', ...told, ...wish } })
    assert.equal(byApi.status, 200, byApi.text)
    const same = ['office', '--user', 'ada', '--application', 'payroll', '--answer', `password=${people.ada.password}`, '--json']
    const byCommand = JSON.parse(await simulate(...same, '--ip', '10.1.2.3', ...words))
    assert.equal(byCommand.ends, byApi.body.ends, byApi.text)
    return byApi.body
  }
  const posture = ['--device', 'posture.managed=yes']
  const whole = { certificate: { commonName: 'laptop-7', names: ['a.example', 'b.example'] }, posture: { managed: 'yes' } }
  const certificate = ['--device', 'certificate.commonName=laptop-7', '--device', 'certificate.names=a.example, b.example']
  const trusts = ['--trusted-browser', '--session', 'pwd']
  const passes = [{ device: whole, trustedBrowser: true, session: ['pwd'] }, [...posture, ...certificate, ...trusts]] as const
  assert.equal((await both(...passes)).ends, 'closed')
  const half = { device: { posture: whole.posture }, trustedBrowser: true, session: ['pwd'] }
  assert.equal((await both(half, [...posture, ...trusts])).ends, 'denied')
  assert.equal((await both({ device: whole, session: ['pwd'] }, [...posture, ...certificate, '--session', 'pwd'])).ends, 'denied')
  const ofLevel = (level: string) => both({ ...passes[0], levels: [level] }, [...passes[1], '--levels', level])
  assert.equal((await ofLevel('1')).ends, 'closed')
  assert.match((await ofLevel('2')).why, /needs a stronger sign-in/)

  const unknown = await admin('POST', '/flows/office/simulate', { body: { levels: ['phs'] } })
  assert.deepEqual([unknown.status, unknown.body.code], [422, 'cannot-simulate'])
  assert.match(unknown.body.detail, /there is no level "phs"; did you mean "phr"\?; there are 1, 2, phr/)
  const odd = await admin('POST', '/flows/office/simulate', { body: { device: { certificate: { cn: 'laptop-7' } } } })
  assert.deepEqual([odd.status, odd.body.errors?.[0]?.pointer], [400, '/device/certificate/cn'], odd.text)
  for (const [said, told] of [
    ['certificate.commonname=x', /certificate\.FIELD=VALUE with subject, commonName.*did you mean "commonName"\?/],
    ['managed=yes', /--device managed=yes: write posture\.NAME=VALUE/],
  ] as const) {
    const { code, err } = await server.sluice(['simulate', 'office', '--device', said])
    assert.equal(code, 2)
    assert.match(err, told)
  }
})

test('a draft is simulated in place of the flow, or told what is wrong with it, and nothing of it is kept', async () => {
  const admin = apiOf(server.url, adminToken)
  await admin.must('GET', '/me')
  const before = await everyRow(server)
  const draft = (steps: readonly object[], slug = 'office') =>
    admin('POST', `/flows/${slug}/simulate`, {
      body: { spec: { title: 'Draft', designation: slug === 'office' ? 'recovery' : 'authentication', steps }, assume: true, user: 'ada' },
    })
  const shut = await draft([{ type: 'deny', with: { message: 'Shut today.' } }])
  assert.deepEqual([shut.status, shut.body.title, shut.body.ends, shut.body.why], [200, 'Draft', 'denied', 'Shut today.'], shut.text)
  const open = await draft([{ type: 'identification' }, { type: 'password' }], 'not-there-yet')
  assert.deepEqual([open.status, open.body.ends, open.body.username], [200, 'closed', 'ada'], open.text)
  const wrong = await draft([{ type: 'password' }], 'wrong')
  assert.deepEqual(
    [wrong.status, wrong.body.code, wrong.body.errors[0].pointer],
    [422, 'invalid-configuration', '/spec/steps/0'],
    wrong.text,
  )
  assert.equal(await everyRow(server), before)
  assert.equal((await admin.must('POST', '/flows/office/simulate', {})).title, 'From the office')
})

test('wrong answers are limited as at a sign-in, by who simulates, and each is an event', async () => {
  const admin = apiOf(server.url, adminToken)
  const { id } = await admin.must('POST', '/users', { username: 'gus' })
  await admin.must('POST', '/roles', { slug: 'tester', spec: { name: 'Tester', permissions: ['flows.simulate', 'users.view'] } })
  await admin.must('PATCH', `/users/${id}`, { roles: ['tester'] })
  const gus = admin.as((await admin.must('POST', '/tokens', { name: 'x', user: id })).token)
  const guess = async (password: string) =>
    (await gus('POST', '/flows/default-authentication/simulate', { body: { user: 'ada', answers: { password } } })).status
  for (let right = 0; right < limits.account + 2; right += 1) assert.equal(await guess(people.ada.password), 200)
  for (let wrong = 1; wrong < limits.account; wrong += 1) assert.equal(await guess(`guess ${wrong}`), 200)
  // Nor is a guess free in a draft whose end does not show it.
  const hushed = {
    title: 'Hushed',
    designation: 'authentication',
    steps: [{ type: 'identification' }, { type: 'password', onInvalid: 'restart' }],
  }
  const tried = await gus('POST', '/flows/hushed/simulate', { body: { spec: hushed, answers: { identifier: 'ada', password: 'guess' } } })
  assert.deepEqual([tried.status, tried.body.errors], [200, {}])
  assert.equal(await guess(people.ada.password), 429)
  assert.equal((await gus('POST', '/flows/default-authentication/simulate', { body: { user: 'ada', assume: true } })).status, 200)
  const told = (await admin.must('GET', '/events?action=flow.simulated-wrong')).items
  assert.equal(told.length, limits.account)
  assert.deepEqual([told[0].detail.flow, told[1].detail.as], ['hushed', 'ada'])
})

test('of each caller one simulation runs at a time', async () => {
  const admin = apiOf(server.url, adminToken)
  const slow = {
    title: 'Slow',
    designation: 'recovery',
    steps: Array.from({ length: 40 }, () => ({ type: 'dummy', with: { title: 'x' }, when: 'request.ip == "x"' })),
  }
  const answers = await Promise.all(Array.from({ length: 6 }, () => admin('POST', '/flows/slow/simulate', { body: { spec: slow } })))
  const statuses = answers.map(({ status }) => status)
  assert.ok(statuses.includes(200) && statuses.includes(429), statuses.join())
  assert.equal((await admin('POST', '/flows/slow/simulate', { body: { spec: slow } })).status, 200)
})

test('by the API, too, what cannot be simulated is told, and who has no leave to is told nothing', async () => {
  const admin = apiOf(server.url, adminToken)
  const wrong = await admin('POST', '/flows/offce/simulate', { body: {} })
  assert.deepEqual([wrong.status, wrong.body.code], [422, 'cannot-simulate'])
  assert.match(wrong.body.detail, /there is no flow "offce"; did you mean "office"\?/)
  assert.equal((await admin('POST', '/flows/office/simulate', { body: { answer: {} } })).status, 400)
  const { id } = await admin.must('POST', '/users', { username: 'vera', roles: ['viewer'] })
  const viewer = admin.as((await admin.must('POST', '/tokens', { name: 'x', user: id })).token)
  const refused = await viewer('POST', '/flows/office/simulate', { body: { user: 'ada' } })
  assert.deepEqual([refused.status, refused.body.permissions], [403, ['flows.simulate']])
})

test('what cannot be simulated is told with what was probably meant', async () => {
  const refused = async (...args: readonly string[]) => {
    const { code, out, err } = await server.sluice(['simulate', ...args])
    assert.deepEqual([code, out], [args.includes('--answer') ? 2 : 1, ''])
    return err
  }
  assert.match(await refused('default-autentication'), /there is no flow "default-autentication"; did you mean "default-authentication"\?/)
  assert.match(await refused('join', '--user', 'nobody'), /there is no user "nobody"/)
  assert.match(await refused('join', '--application', 'wikki'), /there is no application "wikki"; did you mean "wiki"\?/)
  assert.match(await refused('join', '--ip', '300.1.1.1'), /"300\.1\.1\.1" is not an IP address/)
  assert.match(await refused('join', '--at', 'noon'), /"noon" is not a time/)
  assert.match(await refused('default-invalidation'), /is about somebody who is known before it begins/)
  assert.match(await refused('join', '--answer', 'x'), /write FIELD=VALUE/)
})

test('a flow that only others call has no address, and runs as a part of them', async () => {
  const eve = new Client(server.url)
  assert.equal((await eve.ask('/if/flow/questions/')).status, 404)
  const chosen = { username: 'eve', password: 'long enough', 'password-repeat': 'long enough' }
  assert.equal((await eve.submit(await eve.open('/if/flow/join/'), chosen)).status, 200)
  assert.equal((await signIn(eve, { username: 'eve', password: 'long enough' })).heading, 'Your applications')
})

test('tests of flows run without a server and without data, with the flows beside them', async () => {
  const directory = temporaryDirectory()
  const mine = join(directory, 'mine')
  mkdirSync(mine)
  writeFileSync(
    join(mine, 'tea.yaml'),
    'version: 1\nflows: { tea: { title: Tea, designation: enrollment, steps: [{ type: dummy, with: { title: Tea } }, { type: deny }] } }',
  )
  const tea = (at: string) => `version: 1\nflow: tea\ncases: [{ name: no tea, expect: { ends: denied, at: ${at} } }]\n`
  writeFileSync(join(mine, 'tea.test.yaml'), tea('deny-2'))
  const run = (...args: readonly string[]) => command(['test', ...args], { directory }).ended
  assert.deepEqual(await run('mine'), { code: 0, signal: null, out: 'mine/tea.test.yaml\n  ✓ no tea\n\n1 passed, 0 failed\n', err: '' })
  const shipped = await run()
  assert.deepEqual([shipped.code, shipped.err], [0, ''])
  assert.match(shipped.out, /\n0*[1-9]\d* passed, 0 failed\n$/)
  writeFileSync(join(mine, 'tea.test.yaml'), tea('dummy-1'))
  writeFileSync(
    join(directory, 'sluice.yml'),
    'configuration: { flows: { default-authentication: { title: Mine, designation: authentication, steps: [{ type: deny }, { type: identification }] } } }',
  )
  assert.match((await run()).err, /is never reached/)
  writeFileSync(
    join(directory, 'sluice.yml'),
    'configuration: { flows: { default-authentication: { title: Mine, designation: authentication, steps: [{ type: dummy, with: { title: Mine } }, { type: identification }, { type: password }] } } }',
  )
  assert.equal((await run()).code, 0, 'what replaces a shipped flow is not held to its test')
  const failing = await run('mine/tea.test.yaml', '--json')
  assert.equal(failing.code, 1)
  assert.deepEqual(JSON.parse(failing.out)[0].results[0].mismatches, [{ key: 'at', expected: 'dummy-1', was: 'deny-2' }])
  assert.match((await run('nowhere')).err, /nowhere cannot be read \(ENOENT\)/)
})
