import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { afterEach, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { createPool, type Pool, type PoolOptions } from './index.ts'
import { program, shown, unstoppable } from './test/programs.ts'

const loneProcess = async (zone: string): Promise<string> => {
  const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, 'test/lone-pool.ts')], {
    env: { TZ: zone, LANG: 'C', NODE_NO_WARNINGS: '1' },
    timeout: 50_000,
  })
  return stdout
}

describe('a pool', () => {
  let pool: Pool
  const make = (options: PoolOptions = {}): Pool => (pool = createPool({ size: 1, grace: 40, ...options }))
  afterEach(() => pool?.close())
  const run = async (source: string, scope: object | string = {}) => shown(await pool.run({ program: program(source), scope, now: 0 }))

  test('has no worker before the first run, ends it when idle, and starts another', async () => {
    make({ idle: 50 })
    assert.equal(pool.workers, 0)
    assert.equal(await run('1 + 1'), 'value 2')
    assert.equal(pool.workers, 1)
    while (pool.workers > 0) await wait(10)
    assert.equal(await run('1 + 2'), 'value 3')
    assert.equal(pool.kills, 0)
  })

  test('never has more workers than its size', async () => {
    make({ size: 2 })
    const results = await Promise.all(Array.from({ length: 100 }, (_, at) => run(`${at} + 1`)))
    assert.deepEqual(
      results,
      results.map((_, at) => `value ${at + 1}`),
    )
    assert.equal(pool.workers, 2)
  })

  test('takes the scope as an object or as JSON, and refuses what is none or too long', async () => {
    make({ limits: { scope: 1000 } })
    assert.equal(await run('user.name', { user: { name: 'Zoë\0\ud800' } }), 'value "Zoë\\u0000\\ud800"')
    assert.equal(await run('user.name', '{"user":{"name":"Zoë"}}'), 'value "Zoë"')
    assert.equal(await run('user', { user: undefined }), 'value null')
    assert.equal(await run('user', { user: 'x'.repeat(1000) }), 'scope what it is given is larger than 1 KB of JSON')
    assert.match(await run('user', { user: 1n }), /^scope what it is given is no JSON: /)
    assert.match(await run('user', '{"user":'), /^throw SyntaxError/)
    assert.match(await run('user', 'null'), /^throw TypeError/)
  })

  test('ends a worker that cannot be stopped, and runs what else it had again', async () => {
    make()
    const [bad, ...good] = await Promise.all([run(unstoppable), ...Array.from({ length: 20 }, (_, at) => run(`${at}`))])
    assert.equal(bad, 'killed it could not be interrupted, so its worker was ended')
    assert.deepEqual(
      good,
      good.map((_, at) => `value ${at}`),
    )
    assert.equal(pool.kills, 1)
  })

  test('runs several in one message, each by itself, and blames only the guilty', async () => {
    make()
    const sources = ['globalThis.n = 1', 'globalThis.n ?? 2', unstoppable, 'null.x', '5']
    const results = await pool.runAll(sources.map((source) => ({ program: program(source), scope: {}, now: 0 })))
    assert.deepEqual(results.map(shown), [
      'value 1',
      'value 2',
      'killed it could not be interrupted, so its worker was ended',
      "throw TypeError: cannot read property 'x' of null",
      'value 5',
    ])
    assert.deepEqual(await pool.runAll([]), [])
  })

  test('does not run a program that had to be ended three times', async () => {
    make()
    for (let time = 0; time < 3; time++) assert.match(await run(unstoppable), /^killed/)
    assert.match(await run(unstoppable), /^quarantined/)
    assert.equal(pool.kills, 3)
    assert.equal(await run('1'), 'value 1')
  })

  test('starts another worker at once for one that it ended', async () => {
    make()
    await run(unstoppable)
    assert.equal(pool.workers, 1)
  })

  test('refuses what it cannot hold', async () => {
    make({ backlog: 3 })
    const results = await Promise.all(Array.from({ length: 10 }, () => run('1')))
    assert.equal(results.filter((one) => one === 'value 1').length, 3)
    assert.equal(results.filter((one) => one === 'busy too many programs wait to be run; try again in a second').length, 7)
    assert.equal(await run('2'), 'value 2')
  })

  test('leaves the caller’s loop free while all of its workers hang', async () => {
    make({ size: 2 })
    let turns = 0
    const timer = setInterval(() => turns++, 5)
    await Promise.all([run(unstoppable), run(`${unstoppable} + 1`), run('while (true);return 1')])
    clearInterval(timer)
    // They take 150 ms of CPU at least, and as much again by the wall.
    assert.ok(turns >= 10, `${turns} turns`)
  })

  test('compiles, and says what the engine does not understand', async () => {
    make()
    assert.equal(await pool.compile(program('user.name')), undefined)
    const failure = await pool.compile({ ...program('1'), id: 'broken', source: 'let', code: '(function(){\nlet let\n})' })
    assert.equal(failure?.kind, 'syntax')
    assert.equal(failure.place?.line, 1)
  })

  test('says why no worker can start', async () => {
    make({ prelude: '(() => { throw new Error("a bad prelude") })()' })
    assert.match(await run('1'), /^crash .*a bad prelude/)
    assert.equal(pool.workers, 0)
  })

  test('gives the prelude’s helpers to every program, unchanged by any', async () => {
    make({ prelude: '(String.prototype.shout = function () { return this.toUpperCase() + "!" }, (scope) => ({ ...scope, list: [1, 2] }))' })
    assert.equal(await run('String.prototype.shout = () => "tampered"; return "a".shout()'), 'value "tampered"')
    assert.equal(await run('user.shout() + list.length', { user: 'hey' }), 'value "HEY!2"')
  })

  test('answers what still waits when it is closed, and everything after', async () => {
    make()
    const waiting = [run('1'), run(unstoppable), run('2')]
    await pool.close()
    for (const one of await Promise.all(waiting)) assert.equal(one, 'crash the engine failed: the sandbox was closed')
    assert.equal(await run('3'), 'crash the engine failed: the sandbox was closed')
    assert.equal(pool.workers, 0)
  })
})

test('a process with a pool ends by itself after its runs, which are the same in every worker and time zone', async () => {
  const [here, there] = await Promise.all([loneProcess('America/New_York'), loneProcess('Asia/Kolkata')])
  assert.equal(here, there)
  const lines = here.trimEnd().split('\n')
  assert.equal(lines.length, 10)
  assert.equal(lines[0], 'value "Sun Sep 13 2020 12:26:40 GMT+0000"')
  assert.equal(lines[4], 'value 499999500000')
  assert.match(lines[5]!, /^fuel/)
  assert.match(lines[9]!, /^killed/)
  // All in one message give the same as each by itself.
  assert.equal(lines[8], lines.slice(0, 8).join())
})
