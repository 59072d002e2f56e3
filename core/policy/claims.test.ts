import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { aUser } from '../../test/kit/ports.ts'
import { memoryDirectory } from '../../test/kit/situation.ts'
import type { Pool, Run } from '../../sandbox/index.ts'
import type { ClaimsWish } from '../api/index.ts'
import { createClaims, mappedScope, type Rule } from './claims.ts'
import { compileExpression } from './expressions.ts'
import { createPolicyPool } from './pool.ts'

const written = (claim: string, source: string): Rule => {
  const compiled = compileExpression(source)
  assert.ok('expression' in compiled, JSON.stringify(compiled))
  return { claim, expression: compiled.expression }
}
const mapping = (scope: string, rules: readonly Rule[], inTokens = false) =>
  mappedScope({ scope, description: scope, claims: rules.map(({ claim }) => claim) }, { slug: `${scope}-mapping`, inTokens, rules })

const ada = aUser({ username: 'ada', groups: ['finance'], attributes: { department: 'Books', desk: { floor: 3 } } })

describe('claims by mappings', () => {
  const pool = createPolicyPool()
  after(() => pool.close())

  const house = () => {
    const directory = memoryDirectory([ada], { ada: ['viewer'] })
    const batches: number[] = []
    const warned: object[] = []
    const claims = createClaims({
      pool: { runAll: (runs: readonly Run[]) => (batches.push(runs.length), pool.runAll(runs)) } satisfies Pick<Pool, 'runAll'>,
      directory,
      sessions: {
        find: async (id) => ({
          id,
          proofs: [{ method: 'passkey', at: 5 }],
          authenticatedAt: new Date(5),
          createdAt: new Date(5),
          expiresAt: new Date(5),
          seenAt: new Date(5),
          ip: '10.0.0.7',
          userAgent: 'browser',
          device: undefined,
          trustedUntil: undefined,
        }),
      },
      log: { debug: () => {}, info: () => {}, warn: (fields) => void warned.push(fields), error: () => {} },
      now: () => new Date(1000),
    })
    const of = (mappings: ClaimsWish['mappings'], more: Partial<ClaimsWish> = {}) =>
      claims.of({
        mappings,
        scopes: ['hr'],
        where: 'answer',
        userId: ada.id,
        sessionId: 's1',
        application: { slug: 'wiki', name: 'The Wiki' },
        request: { ip: '127.0.0.1', userAgent: 'server', origin: 'https://id.example.com' },
        ...more,
      })
    return { of, directory, batches, warned }
  }

  test('paths, expressions and values; all expressions in one message', async () => {
    const { of, batches, directory } = house()
    const hr = mapping('hr', [
      { claim: 'department', path: ['user', 'attributes', 'department'] },
      { claim: 'floor', path: ['user', 'attributes', 'desk', 'floor'] },
      { claim: 'tenant', value: { id: 7 } },
      written('is_finance', 'user.isInGroup("finance")'),
      written('app', '`${application.slug}:${user.username}`'),
    ])
    assert.deepEqual(await of([hr]), { department: 'Books', floor: 3, tenant: { id: 7 }, is_finance: true, app: 'wiki:ada' })
    assert.deepEqual(batches, [2])
    assert.deepEqual([...directory.asked].toSorted(), [`groups ${ada.id}`, `user ${ada.id}`])
  })

  test('without expressions nothing enters the sandbox, and nothing is asked that no path names', async () => {
    const { of, batches, directory } = house()
    assert.deepEqual(await of([mapping('hr', [{ claim: 'roles', path: ['user', 'roles'] }])]), { roles: ['viewer'] })
    assert.deepEqual([batches, directory.asked], [[], [`user ${ada.id}`, `roles ${ada.id}`]])
  })

  test('an expression that fails leaves its claim out, and is logged; the others stay', async () => {
    const { of, warned } = house()
    const hr = mapping('hr', [
      written('manager', 'user.attributes.manager.name'),
      written('name', 'user.username'),
      written('none', 'null'),
    ])
    assert.deepEqual(await of([hr]), { name: 'ada' })
    assert.deepEqual(
      warned.map((fields) => ({ ...fields, detail: undefined })),
      [{ mapping: 'hr-mapping', claim: 'manager', application: 'wiki', detail: undefined }],
    )
  })

  test('what is not there is left out', async () => {
    const rules: readonly Rule[] = [
      { claim: 'a', path: ['user', 'attributes', 'nothing', 'here'] },
      { claim: 'b', path: ['user', 'email'] },
      { claim: 'c', path: ['user', 'attributes', 'constructor'] },
      { claim: 'd', path: ['user', 'attributes', 'department', 'length'] },
    ]
    assert.deepEqual(await house().of([mapping('hr', rules)]), {})
    assert.deepEqual(await house().of([mapping('hr', [{ claim: 'a', path: ['user', 'username'] }])], { userId: 'gone' }), {})
  })

  test('only scopes that were granted tell, and tokens only what may go into them', async () => {
    const hr = mapping('hr', [{ claim: 'a', value: 1 }])
    const other = mapping('other', [{ claim: 'b', value: 2 }])
    const inTokens = mapping('hr', [{ claim: 'c', value: 3 }], true)
    assert.deepEqual(await house().of([hr, other, inTokens]), { a: 1, c: 3 })
    assert.deepEqual(await house().of([hr, other, inTokens], { where: 'token' }), { c: 3 })
    assert.deepEqual(await house().of([hr], { scopes: [] }), {})
  })

  test('the sign-in counts, not the request of the application', async () => {
    const hr = mapping('hr', [written('from', 'request.ip'), written('by', 'methods')])
    assert.deepEqual(await house().of([hr]), { from: '10.0.0.7', by: ['passkey'] })
  })
})
