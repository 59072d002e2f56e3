import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Client, isSignedIn, landing, type Page, signIn } from '../kit/client.ts'
import { people } from '../kit/configuration.ts'
import { startServer, temporaryDirectory, type TestServer } from '../kit/server.ts'
import { answerOf, attacked, authorizeAddress } from './attack.ts'

const policy = (expression: string) => ({ type: 'expression', with: { expression } })
const signingIn = [{ type: 'identification' }, { type: 'password' }]

/** Rules that together are many for the pool, some of which never answer. */
const many = Array.from({ length: 100 }, (_, index) => ({
  expression: index % 20 === 0 ? `while (true) {} return ${index} > -1` : 'now > 0',
}))
const broken = {
  hangs: 'while (true) {} return true',
  recurses: '(function again() { return again() })()',
  'takes-a-gibibyte': '"x".repeat(2 ** 30).length > 0',
  grows: 'const all = []; for (;;) all.push("x".repeat(1000) + all.length); return true',
  backtracks: '/^(a+)+$/.test("a".repeat(40) + "!") || true',
  storms: 'let p = Promise.resolve(); for (;;) p = p.then(() => true); return true',
  'never-settles': 'return new Promise(() => {})',
  unstoppable: 'Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1) < 0',
  throws: 'if (user) throw new Error("no"); return true',
  lies: 'return { allow: "yes" }',
}

const document = attacked({
  policies: {
    gate: policy('true'),
    step: policy('false'),
    'house-rules': policy('request.ip !== "192.0.2.1" && user.username.length > 0'),
    ...Object.fromEntries(Object.entries(broken).map(([slug, expression]) => [slug, policy(expression)])),
  },
  flows: {
    stepped: { title: 'Sign in', designation: 'authentication', steps: [...signingIn, { type: 'deny', when: [{ policy: 'step' }] }] },
    ruled: {
      title: 'Sign in',
      designation: 'authentication',
      steps: [...signingIn, { type: 'dummy', with: { title: 'House rules' }, when: [{ policy: 'house-rules' }] }],
    },
    ...Object.fromEntries(
      Object.keys(broken).map((slug) => [
        `step-${slug}`,
        {
          title: 'Sign in',
          designation: 'authentication',
          steps: [...signingIn, { type: 'dummy', with: { title: 'Never' }, when: [{ policy: slug }] }],
        },
      ]),
    ),
  },
  applications: {
    wiki: {
      name: 'The Wiki',
      provider: 'wiki',
      access: [{ policy: 'gate' }],
      flows: { authorization: 'default-authorization-explicit-consent' },
    },
    shop: { name: 'Shop', provider: 'shop', flows: { authentication: 'ruled' }, access: 'user.isInGroup("staff")' },
    flood: { name: 'Flood', launchUrl: 'http://127.0.0.1/', access: { mode: 'all', bindings: many } },
  },
})

let server: TestServer
before(async () => {
  server = await startServer({ apply: document })
})
after(() => server?.stop())

const file = join(temporaryDirectory(), 'change.json')
const change = async (policies: Readonly<Record<string, object>>) => {
  writeFileSync(file, JSON.stringify({ version: 1, policies }))
  const { code, err } = await server.sluice(['apply', file])
  assert.equal(code, 0, err)
}
const buttonOf = (page: Page) => page.forms.find(({ method }) => method === 'post')?.buttons[0]?.text
const asks = (page: Page, field: string) => page.forms.some(({ method, fields }) => method === 'post' && field in fields)
const atPassword = async (client: Client, address: string) => {
  const page = await client.submit(await client.open(address), { identifier: people.ada.username })
  assert.ok(asks(page, 'password'), page.text)
  return page
}

test('a policy that changes while a run is open counts at its end', async () => {
  const consenting = new Client(server.url)
  const consent = await signIn(consenting, people.ada, authorizeAddress({ prompt: 'consent' }))
  assert.match(consent.heading, /The Wiki/)
  const typing = new Client(server.url)
  const password = await atPassword(typing, authorizeAddress())
  const stepping = new Client(server.url)
  const stepped = await atPassword(stepping, '/if/flow/stepped/')

  await change({ gate: policy('false'), step: policy('true') })
  for (const page of [
    await consenting.submit(consent, {}, buttonOf(consent)),
    await typing.submit(password, { password: people.ada.password }),
  ]) {
    assert.equal(page.status, 403, page.text)
    assert.equal(page.to, undefined)
  }
  // The rule of a step is a part of the flow: the run begins anew, under the rule as it is now.
  const anew = await stepping.submit(stepped, { password: people.ada.password })
  assert.match(anew.text, /was changed meanwhile/)
  const denied = await signIn(stepping, people.ada, anew)
  assert.equal(denied.heading, 'You cannot continue')
  assert.equal(await isSignedIn(stepping), false)

  const late = new Client(server.url)
  const open = await atPassword(late, authorizeAddress())
  await change({ gate: policy('true'), step: policy('false') })
  const allowed = await late.submit(open, { password: people.ada.password })
  assert.ok(answerOf(allowed)['code'], 'a rule that lets in again counts as well')
})

test('programs that hang, throw or eat memory deny a sign-in, as a rule of the application or of a step', async () => {
  for (const slug of Object.keys(broken)) {
    const client = new Client(server.url)
    const page = await signIn(client, people.ada, `/if/flow/step-${slug}/`)
    assert.equal(page.heading, 'You cannot continue', `${slug}: ${page.text}`)
    assert.match(page.text, /could not be checked/, slug)
    assert.equal(await isSignedIn(client), false, `${slug} signed somebody in`)
    assert.equal((await client.ask('/-/health/live')).status, 200)
  }
  for (const slug of ['hangs', 'unstoppable', 'throws']) {
    await change({ gate: policy(broken[slug as keyof typeof broken]) })
    const page = await signIn(new Client(server.url), people.ada, authorizeAddress())
    assert.deepEqual([page.status, page.to], [403, undefined], `${slug}: ${page.text}`)
    assert.match(page.text, /could not be checked/, slug)
  }
  await change({ gate: policy('true') })
})

/** Asks whether the server lives, again and again, until told to end: the longest that an answer took, in milliseconds. */
const heartbeat = () => {
  const ended = new AbortController()
  const beats = (async () => {
    let longest = 0
    let count = 0
    for (; !ended.signal.aborted; count++) {
      const started = performance.now()
      const { status } = await fetch(`${server.url}/-/health/live`)
      assert.equal(status, 200)
      longest = Math.max(longest, performance.now() - started)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    return { longest, count }
  })()
  return async () => {
    ended.abort()
    return beats
  }
}

/** Goes as far as it goes: every page on the way has to be the next one of the flow, or a refusal. */
const signInByAllSteps = async (person: (typeof people)['ada' | 'bob']): Promise<'in' | 'denied'> => {
  const client = new Client(server.url)
  const start = authorizeAddress({ client_id: 'shop', redirect_uri: 'https://app.example/cb' })
  const rules = await signIn(client, person, start)
  if (rules.status === 403) {
    assert.equal(rules.heading, 'You cannot continue', rules.text)
    return 'denied'
  }
  assert.equal(rules.heading, 'House rules', `${rules.status} ${rules.to?.href ?? ''}: ${rules.text}`)
  const end = await client.submit(rules)
  if (end.status === 403) return 'denied'
  assert.ok(answerOf(end)['code'], end.text)
  return 'in'
}

test('a pool that is exhausted while many sign in lets each of them through all steps or denies them, and the server answers', async () => {
  assert.deepEqual([await signInByAllSteps(people.ada), await signInByAllSteps(people.bob)], ['in', 'denied'])
  const bob = new Client(server.url)
  await signIn(bob, people.bob)
  const stop = heartbeat()
  const over = new AbortController()
  // More than the pool takes, for as long as the others are at it.
  const flood = Array.from({ length: 12 }, async () => {
    const lists: Page[] = []
    do lists.push(await bob.ask(landing))
    while (!over.signal.aborted)
    return lists
  })
  const ends = await Promise.all(
    Array.from({ length: 12 }, async (_, index) => signInByAllSteps(index % 2 === 0 ? people.ada : people.bob)),
  )
  over.abort()
  const lists = (await Promise.all(flood)).flat()
  const { longest, count } = await stop()

  assert.ok(
    lists.every(({ status, links }) => status === 200 && !Object.keys(links).some((name) => name.includes('Flood'))),
    'a rule that was not judged opens nothing',
  )
  assert.match(server.logs(), /too many programs wait to be run/)
  assert.deepEqual(new Set(ends.filter((_, index) => index % 2 === 1)), new Set(['denied']))
  assert.ok(count > 10 && longest < 2000, `the longest of ${count} answers took ${longest} ms`)
  assert.equal(await signInByAllSteps(people.ada), 'in', 'nothing of it is left afterwards')
})

test('nothing of one user is there in the run of another', async () => {
  const nosy = `
    const before = [globalThis.seen, Object.prototype.seen, Array.prototype.seen, "".constructor.prototype.seen].join("")
    for (const place of [globalThis, Object.prototype, Array.prototype, "".constructor.prototype]) {
      try { place.seen = user.username } catch {}
    }
    const name = user.username
    try { Object.assign(user, { username: "somebody else" }) } catch {}
    return { allow: false, message: \`[\${before}|\${name}|\${user.groups.join()}]\` }`
  await change({ gate: policy(nosy) })
  const [ada, bob] = [new Client(server.url), new Client(server.url)]
  await signIn(ada, people.ada)
  await signIn(bob, people.bob)
  const pages = await Promise.all(
    Array.from({ length: 60 }, async (_, index) => (index % 2 === 0 ? ada : bob).open(authorizeAddress({ state: `s${index}` }))),
  )
  const said = (index: number) => new Set(pages.filter((_, at) => at % 2 === index).map(({ text }) => /\[.*?\]/.exec(text)?.[0]))
  assert.deepEqual([said(0), said(1)], [new Set(['[|ada|staff]']), new Set(['[|bob|]'])])
  await change({ gate: policy('true') })
})
