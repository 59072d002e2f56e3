import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createPool, prepare, type Pool, type PoolOptions, type Prepared, type Run } from '../index.ts'
import { shown } from './programs.ts'

/** `outcome`: of a source with problems `syntax …`, else as `shown` tells it. */
export type Row = readonly [name: string, source: string, outcome: RegExp, run?: Partial<Run> & { readonly times?: number }]

export const array = 'Array.prototype.'
/** A program cannot name what its realm has not; by the global object it can try. */
export const proxy = 'const {Proxy}=globalThis;'
export const looped = /^(fuel|deadline)/
export const grown = /^(memory|fuel|deadline)/

const scope = { user: { name: 'ada', groups: ['finance'] }, request: { ip: '10.1.2.3' } }
const names = ['user', 'request']
const prelude = '(scope) => { if (scope.user) scope.user.is = function (group) { return this.groups.includes(group) }; return scope }'

const canarySource =
  'if ([].evil !== undefined || ({}).isAdmin || "".in || globalThis.pwn || globalThis.leak || globalThis.n) return "leak";' +
  'return user.groups.length === 1 && user.is("finance") && !user.is("admins") && request.ip === "10.1.2.3"'

/** Many of them are about what happens, not about what is returned. */
const prepared = (source: string): Prepared | string => {
  const done = prepare(source, { names })
  if ('prepared' in done) return done.prepared
  const [problem] = done.problems
  return problem!.message.startsWith('it gives nothing') ? prepared(`${source}\n;return 1`) : `syntax ${problem!.message}`
}

/**
 * Runs each in one worker. After each, an innocent program must still say what is right and see nothing of what was there before.
 */
export const hostile = (table: Readonly<Record<string, readonly Row[]>>, options: PoolOptions = {}): void => {
  let pool: Pool
  let canary: Prepared
  before(() => {
    pool = createPool({ size: 1, prelude, ...options })
    canary = prepared(canarySource) as Prepared
  })
  after(() => pool.close())

  for (const [group, rows] of Object.entries(table))
    describe(group, () => {
      for (const [name, source, outcome, { times = 1, ...run } = {}] of rows)
        test(name, async () => {
          const program = prepared(source)
          if (typeof program === 'string') assert.match(program, outcome)
          else {
            assert.equal(await pool.compile(program), undefined)
            const outcomes: string[] = []
            const killed = pool.kills
            for (let time = 0; time < times; time++)
              outcomes.push(shown(await pool.run({ program, scope, now: 1_700_000_000_000, ...run })))
            for (const one of outcomes) assert.match(one, outcome)
            assert.equal(new Set(outcomes).size, 1, 'it differs from run to run')
            assert.equal(
              pool.kills - killed,
              outcomes[0]!.startsWith('killed') ? times : 0,
              'workers are ended for what cannot be stopped only',
            )
          }
          assert.equal(shown(await pool.run({ program: canary, scope, now: 1000 })), 'value true')
        })
    })
}
