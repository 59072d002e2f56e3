import assert from 'node:assert/strict'
import test from 'node:test'
import { compileExpression, expressionsIn, programOf } from './expressions.ts'

const problemsOf = (source: string) => {
  const compiled = compileExpression(source)
  return 'problems' in compiled ? compiled.problems : []
}
const messageOf = (source: string) =>
  problemsOf(source)
    .map(({ message }) => message)
    .join('\n')
const suggestionOf = (source: string) => /did you mean `([^]*)`\?$/.exec(messageOf(source))?.[1]

test('expressions, bodies with return, and types are allowed', () => {
  for (const source of [
    'user.isInGroup("finance") && request.ip.in("10.0.0.0/8")',
    'user.is_in_group("finance")',
    'const office = request.ip.in("10.0.0.0/8")\nif (!office) return false\nreturn methods.includes("passkey")',
    'const ages: number[] = proofs.map((proof) => now.getTime() - proof.at.getTime())\nreturn ages.some((age: number) => age < 5000)',
    '"department" in user.attributes',
    'const user = { group: 1 }; return user.group === 1',
    'facts.login?.identifier === "ada"',
    'const levels = { ada: 1 }; return user.username in levels && "login" in facts',
    '(now.getHours() >= 8) === device.known && (1 < 2) !== true',
    'user.attributes.path !== "a/b" && request.origin !== "http://127.0.0.1"',
    'const user = { isInGroup: true }; return user.isInGroup && true',
    'new Set<string>(["ada"]).has(user.name)',
    'user.groups.includes<string>("finance")',
  ])
    assert.deepEqual(problemsOf(source), [], source)
})

test("Python's words are refused with the same in JavaScript", () => {
  for (const [python, javascript] of [
    ["user.is_in_group('finance') and request.ip in ['10.0.0.0/8']", "user.is_in_group('finance') && request.ip.in('10.0.0.0/8')"],
    ["user.is_in_group('a') or not user.is_in_group('b')", "user.is_in_group('a') || !user.is_in_group('b')"],
    ['not user.email == "a@example.com"', '!(user.email === "a@example.com")'],
    ['"finance" in user.groups', 'user.isInGroup("finance")'],
    ['"finance" not in user.groups', '!user.isInGroup("finance")'],
    ['user.username in ["ada", "bob"]', '["ada", "bob"].includes(user.username)'],
    ['user.username not in ("ada", "bob")', '!["ada", "bob"].includes(user.username)'],
    ['"passkey" in methods and True', 'methods.includes("passkey") && true'],
    ['user is not None and user.email is None', 'user !== null && user.email === null'],
    ['(device.known or False) and request.ip in ["10.0.0.1", "::1"]', '(device.known || false) && request.ip.in("10.0.0.1", "::1")'],
    ['return user.is_in_group("a") and device.known', 'user.is_in_group("a") && device.known'],
    ['user.isInGroup("a") and request.ip.in("10.0.0.0/8")', 'user.isInGroup("a") && request.ip.in("10.0.0.0/8")'],
    ['user.username == "and" and user.name != "x or y"', 'user.username === "and" && user.name !== "x or y"'],
  ] as const)
    assert.equal(suggestionOf(python), javascript, python)
})

test('the place of the habit is told', () => {
  const [problem] = problemsOf('device.known &&\n  user.is_in_group("a") and true')
  assert.deepEqual([problem?.line, problem?.column], [2, 25])
  assert.match(problem?.message ?? '', /^"and" is written as && in JavaScript/)
})

test('no suggestion is made that would be wrong itself', () => {
  assert.equal(suggestionOf('usr.name and True'), undefined)
  assert.equal(suggestionOf('device.known and'), undefined)
  assert.equal(suggestionOf('lambda x: x and True'), undefined)
})

test('what nests without end is refused like anything else', () => {
  for (const source of ['not '.repeat(15_000), `${'('.repeat(20_000)} and`]) assert.notEqual(messageOf(source), '', source.slice(0, 10))
})

test('what JavaScript would answer with false, or fail at, without a word is refused', () => {
  for (const source of [
    'request.ip in ["10.0.0.0/8"]',
    '"a" in user.groups',
    '"pwd" in methods',
    'user.username in ("a", "b")',
    '"@example.com" in user.email',
  ])
    assert.match(messageOf(source), /"in" does not look into (lists|texts)/, source)
  assert.match(messageOf('user.username = "ada"'), /"user.username" cannot be changed; compare by ===/)
})

test('"in" is refused wherever there may be a list, since not being in it would always hold', () => {
  for (const source of [
    '!("blocked" in user.attributes.tags)',
    'const allowed = ["ada", "bob"]; return user.username in allowed',
    'const groups = user.groups; return !("finance" in groups)',
    '"ada" in new Set(["ada"])',
    '"finance" in user["groups"]',
    '"finance" in user.groups.concat("x")',
    '[["a"]].some((tags) => "a" in tags)',
  ])
    assert.match(messageOf(source), /"in" does not look into lists/, source)
  assert.equal(suggestionOf('request.ip in "10.0.0.0/8"'), 'request.ip.in("10.0.0.0/8")')
})

test('comparisons that come to the same whatever there is are refused', () => {
  assert.equal(suggestionOf('8 <= now.getUTCHours() <= 18'), '8 <= now.getUTCHours() && now.getUTCHours() <= 18')
  assert.equal(suggestionOf('return user.id == user.username == user.name'), 'user.id == user.username && user.username == user.name')
  for (const source of ['user.groups != []', 'user.attributes.tags == ["a"]', '[] === user.roles'])
    assert.match(messageOf(source), /does not look into a written list, so it is always (true|false)/, source)
  assert.match(messageOf('user.attributes !== {}'), /written object, so it is always true/)
  assert.equal(suggestionOf('request.ip != "10.0.0.0/8"'), '!request.ip.in("10.0.0.0/8")')
})

test('an object that is written as a policy is checked like any other expression', () => {
  for (const [allow, message] of [
    ["request.ip !== '10.0.0.0/8'", /no address is a network/],
    ['user.isInGroup && device.known', /is not called/],
    ["!('blocked' in user.attributes.tags)", /does not look into lists/],
    ['8 <= now.getHours() <= 18', /do not chain/],
    ["user.nam === 'x'", /did you mean "name"/],
  ] as const) {
    const [problem] = problemsOf(`{ allow: ${allow}, message: 'No.' }`)
    assert.match(problem?.message ?? '', message, allow)
    assert.equal(problem?.line, 1, allow)
    assert.ok((problem?.column ?? 0) > 9, `${allow}: column ${problem?.column}`)
  }
})

test('a method that is not called is refused, since it would count as true for everybody', () => {
  for (const source of ['user.isInGroup && device.known', '!user.is_in_group', 'if (user.isInGroup) return true; return false'])
    assert.match(messageOf(source), /"user\.(isInGroup|is_in_group)" is not called/, source)
})

test('networks that are written out are checked', () => {
  for (const source of [
    'request.ip.in("10.0.0.0/8", "::1", "2001:db8::/32", "192.0.2.1")',
    'ipInCidr("x", ["10.0.0.0/8"])',
    'request.ip.in(user.attributes.network)',
  ])
    assert.deepEqual(problemsOf(source), [], source)
  assert.match(messageOf('request.ip.in("10.0.0.0/33")'), /the number after \/ must be 0 to 32/)
  assert.match(messageOf('request.ip.in("::/129")'), /the number after \/ must be 0 to 128/)
  assert.match(messageOf('ipInCidr(request.ip, "office")'), /"office" is not a network; write e\.g\./)
  assert.match(messageOf('ipInCidr(request.ip, ["10.0.0.0/08"])'), /is not a network/)
  const [problem] = problemsOf('device.known ||\n  request.ip.in("10.0.0.0/8", "192.168.1.7/16")')
  assert.match(problem?.message ?? '', /did you mean "192\.168\.0\.0\/16"\?$/)
  assert.deepEqual([problem?.line, problem?.column], [2, 31])
  assert.match(messageOf('request.ip in ["10.0.0.1/8"]'), /"in" does not look into lists/)
})

test('unknown names and fields are told with what was probably meant', () => {
  assert.match(messageOf('usr.name === "Ada"'), /usr.*did you mean "user"\?/)
  assert.match(messageOf('user.group.includes("a")'), /"user" has no "group"; did you mean "groups"\?/)
  assert.match(messageOf('request.address === "x"'), /"request" has no "address"; it has id, ip,/)
  assert.match(messageOf('fetch("https://example.com")'), /fetch/)
})

test('only what was compiled here is an expression', () => {
  const compiled = compileExpression('true')
  assert.ok('expression' in compiled)
  assert.equal(programOf(compiled.expression).source, 'true')
  assert.deepEqual(expressionsIn({ a: [{ b: compiled.expression }], c: { source: 'true' } }), [compiled.expression])
  assert.throws(() => programOf({ source: 'true' } as never), TypeError)
  assert.throws(() => programOf(structuredClone(compiled.expression)), TypeError)
})
