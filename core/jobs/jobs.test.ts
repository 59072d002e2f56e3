import assert from 'node:assert/strict'
import { once } from 'node:events'
import test, { type TestContext } from 'node:test'
import { openDatabase } from '../data/database.ts'
import { createJobs, GiveUp, type JobHandler, TryLater } from './jobs.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }

const setUp = async (t: TestContext) => {
  const database = await openDatabase({ url: 'sqlite::memory:' })
  await database.migrate()
  const time = { ahead: 0 }
  const clock = { now: () => new Date(Date.now() + time.ahead) }
  const lines: object[] = []
  const note = (fields: object) => void lines.push(fields)
  const log = { ...silent, warn: note, error: note }
  const runner = (more: object = {}) => {
    const jobs = createJobs({ database, clock, log, poll: 5, ...more })
    t.after(() => jobs.drain())
    return jobs
  }
  const rows = () => database.sql.selectFrom('jobs').selectAll().orderBy('id').execute()
  /** Waits until the table is as it should be. */
  const until = async (is: (found: Awaited<ReturnType<typeof rows>>) => boolean) => {
    for (let tries = 0; tries < 1000; tries++) {
      const found = await rows()
      if (is(found)) return found
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    throw new Error(`the jobs stayed ${JSON.stringify(await rows())}`)
  }
  const emptied = () => until((found) => found.length === 0)
  return { database, time, runner, rows, until, emptied, lines, closing: () => t.after(() => database.close()) }
}

const handler = (run: JobHandler['run'], more: Partial<JobHandler> = {}): JobHandler => ({ attempts: 1, backOff: () => 0, run, ...more })

test('a job gets its data, once, and is gone when it is done', async (t) => {
  const { runner, emptied, closing } = await setUp(t)
  const jobs = runner()
  const seen: unknown[] = []
  jobs.handle(
    'greet',
    handler(async (data, { attempt }) => void seen.push(data, attempt)),
  )
  jobs.start()
  await jobs.enqueue({ kind: 'greet', data: { name: 'Zoë' } })
  await emptied()
  assert.deepEqual(seen, [{ name: 'Zoë' }, 1])
  closing()
})

test('two runners on one database never run one job at the same time, nor twice', async (t) => {
  const { runner, emptied, closing } = await setUp(t)
  const begun = new Map<number, number>()
  let atOnce = 0
  let most = 0
  const runners = [runner({ most: 3 }), runner({ most: 3 })]
  for (const jobs of runners)
    jobs.handle(
      'count',
      handler(async (n) => {
        begun.set(n as number, (begun.get(n as number) ?? 0) + 1)
        most = Math.max(most, ++atOnce)
        await new Promise((resolve) => setTimeout(resolve, 1))
        atOnce--
      }),
    )
  for (let n = 0; n < 100; n++) await runners[0]!.enqueue({ kind: 'count', data: n })
  for (const jobs of runners) jobs.start()
  await emptied()
  assert.equal(begun.size, 100)
  assert.ok([...begun.values()].every((times) => times === 1))
  assert.ok(most > 3 && most <= 6, `both took some, each within its bound: ${most} at once`)
  closing()
})

test('what fails is tried again later, then stays dead with its error; what comes after it is done', async (t) => {
  const { runner, until, lines, closing } = await setUp(t)
  const jobs = runner({ most: 1 })
  const tries: number[] = []
  let others = 0
  jobs.handle(
    'poison',
    handler(
      async (_, { attempt }) => {
        tries.push(attempt)
        throw new Error('no such host')
      },
      { attempts: 3 },
    ),
  )
  jobs.handle(
    'other',
    handler(async () => void others++),
  )
  await jobs.enqueue({ kind: 'poison', data: { password: 'hunter2' } })
  await jobs.enqueue({ kind: 'other', data: {} })
  jobs.start()
  const [dead] = await until((found) => found.length === 1 && found[0]!.state === 'dead')
  assert.deepEqual([tries, others, dead!.attempts, dead!.last_error, dead!.locked_by], [[1, 2, 3], 1, 3, 'Error: no such host', null])
  assert.equal(lines.length, 3)
  assert.doesNotMatch(JSON.stringify(lines), /hunter2/, 'what a job is about is not logged')
  closing()
})

test('a failure waits: the pause grows, and nothing is done before it is over', async (t) => {
  const { runner, until, time, closing } = await setUp(t)
  const jobs = runner()
  let tries = 0
  jobs.handle('flaky', {
    attempts: 3,
    async run() {
      if (++tries < 3) throw new Error('not yet')
    },
  })
  jobs.start()
  await jobs.enqueue({ kind: 'flaky', data: {} })
  for (const [attempt, least] of [
    [1, 2],
    [2, 4],
  ] as const) {
    const before = Date.now() + time.ahead
    const [row] = await until((found) => found[0]?.attempts === attempt && found[0].locked_until === 0)
    const pause = row!.run_at - before
    assert.ok(pause > least * 900 && pause <= least * 1250 + 200, `before try ${attempt + 1} it waits about ${least} s, not ${pause} ms`)
    assert.equal(tries, attempt)
    time.ahead += pause + 50
  }
  await until((found) => found.length === 0)
  assert.equal(tries, 3)
  closing()
})

test('a handler that hangs is aborted at its timeout and gives its place to others', async (t) => {
  const { runner, until, closing } = await setUp(t)
  const jobs = runner({ most: 1 })
  let aborted = false
  jobs.handle(
    'hang',
    handler(
      async (_, { signal }) => {
        await once(signal, 'abort')
        aborted = true
        await new Promise(() => {})
      },
      { timeout: 0.03 },
    ),
  )
  let others = 0
  jobs.handle(
    'other',
    handler(async () => void others++),
  )
  jobs.start()
  await jobs.enqueue({ kind: 'hang', data: {} })
  await jobs.enqueue({ kind: 'other', data: {} })
  const [dead] = await until((found) => found.length === 1 && found[0]!.state === 'dead')
  assert.deepEqual([aborted, others, dead!.last_error], [true, 1, 'Error: it took longer than 0.03 s'])
  closing()
})

test('a lease is renewed while its job runs, and one that ran out is taken by another', async (t) => {
  const { runner, until, emptied, database, closing } = await setUp(t)
  const slow = runner({ lease: 400 })
  const eager = runner({ lease: 400 })
  let begun = 0
  for (const jobs of [slow, eager])
    jobs.handle(
      'slow',
      handler(async () => {
        begun++
        await new Promise((resolve) => setTimeout(resolve, 1000))
      }),
    )
  slow.start()
  eager.start()
  await slow.enqueue({ kind: 'slow', data: {} })
  await emptied()
  assert.equal(begun, 1)
  // Whoever had it is gone: its lease is a row that nobody renews.
  await slow.enqueue({ kind: 'left', data: {} })
  await database.sql
    .updateTable('jobs')
    .set({ locked_by: 'a process that died', locked_until: Date.now() + 60, attempts: 1 })
    .execute()
  const heir = runner()
  heir.handle(
    'left',
    handler(async () => {}, { attempts: 2 }),
  )
  heir.start()
  await emptied()
  // One that takes its process with it each time is not begun for ever.
  await slow.enqueue({ kind: 'left', data: {}, runAt: new Date(Date.now() + 100) })
  await database.sql.updateTable('jobs').set({ attempts: 2 }).execute()
  const [dead] = await until((found) => found[0]?.state === 'dead')
  assert.match(dead!.last_error!, /the process ended while it ran/)
  closing()
})

test('a job of a transaction is there if the transaction is, and a key is there once while it waits', async (t) => {
  const { runner, rows, database, closing } = await setUp(t)
  const jobs = runner()
  const failed = database.transaction(async (tx) => {
    await jobs.enqueue({ kind: 'mail', data: {} }, tx)
    throw new Error('refused')
  })
  await assert.rejects(failed, /refused/)
  assert.equal((await rows()).length, 0)
  await jobs.enqueue({ kind: 'sync', data: 1, uniqueKey: 'a' })
  await jobs.enqueue({ kind: 'sync', data: 2, uniqueKey: 'a' })
  await jobs.enqueue({ kind: 'sync', data: 3, uniqueKey: 'b' })
  await jobs.enqueue({ kind: 'else', data: 4, uniqueKey: 'a' })
  assert.deepEqual((await rows()).map(({ data }) => Number(data)).toSorted(), [1, 3, 4])
  closing()
})

test('as many jobs as a backlog of events makes are added together, or none', async (t) => {
  const { runner, rows, database, closing } = await setUp(t)
  const jobs = runner()
  const many = Array.from({ length: 7001 }, (_, data) => ({ kind: 'sink', data }))
  await database.transaction((tx) => jobs.enqueue(many, tx))
  assert.equal((await rows()).length, many.length)
  await jobs.enqueue([])
  closing()
})

test('while one of a key runs, another may wait: it sees what the first came too early for', async (t) => {
  const { runner, emptied, closing } = await setUp(t)
  const jobs = runner({ most: 1 })
  const seen: unknown[] = []
  jobs.handle(
    'sync',
    handler(async (data) => {
      seen.push(data)
      if (data === 1) await jobs.enqueue({ kind: 'sync', data: 2, uniqueKey: 'a' })
    }),
  )
  jobs.start()
  await jobs.enqueue({ kind: 'sync', data: 1, uniqueKey: 'a' })
  await emptied()
  assert.deepEqual(seen, [1, 2])
  closing()
})

test('a schedule comes back, on one replica, also after failures; what no handler is known of waits', async (t) => {
  const { runner, rows, until, closing } = await setUp(t)
  let times = 0
  const runners = [runner(), runner()]
  for (const jobs of runners) {
    jobs.every(
      'tick',
      3600,
      handler(async () => {
        times++
        throw new Error('broken')
      }),
    )
    jobs.start()
  }
  await runners[0]!.enqueue({ kind: 'of a newer version', data: {} })
  const before = Date.now()
  const found = await until((all) => all.some(({ last_error }) => last_error === 'Error: broken'))
  const tick = found.find(({ kind }) => kind === 'tick')!
  assert.equal(found.length, 2)
  assert.ok(tick.run_at > before + 3_500_000 && tick.state === 'waiting')
  assert.equal(times, 1)
  assert.equal((await rows()).find(({ kind }) => kind === 'of a newer version')!.attempts, 0)
  assert.throws(
    () =>
      runners[0]!.handle(
        'tick',
        handler(async () => {}),
      ),
    /have a handler already/,
  )
  closing()
})

test('a stop waits for what runs, and gives back what takes too long without counting it as a failure', async (t) => {
  const { runner, rows, until, closing } = await setUp(t)
  const jobs = runner({ patience: 50 })
  let done = 0
  jobs.handle(
    'short',
    handler(async () => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      done++
    }),
  )
  jobs.handle(
    'long',
    handler(async () => new Promise(() => {})),
  )
  jobs.start()
  await jobs.enqueue({ kind: 'short', data: {} })
  await jobs.enqueue({ kind: 'long', data: {} })
  await until((found) => found.every(({ attempts }) => attempts === 1))
  await jobs.drain()
  const left = await rows()
  assert.equal(done, 1)
  assert.deepEqual(
    left.map(({ kind, state, attempts, locked_until: lock, last_error: error }) => [kind, state, attempts, lock, error]),
    [['long', 'waiting', 0, 0, null]],
  )
  closing()
})

test('what is slow has a lane of its own and holds up neither other kinds nor another name of its family', async (t) => {
  const { runner, until, closing } = await setUp(t)
  const jobs = runner({ most: 1 })
  const done: string[] = []
  let atOnce = 0
  let most = 0
  let names = ['slow', 'quick']
  const held = Promise.withResolvers<void>()
  jobs.handle(
    'deliver',
    handler(
      async (_, { kind }) => {
        if (kind === 'deliver:slow') {
          most = Math.max(most, ++atOnce)
          await held.promise
        } else done.push(kind)
      },
      { concurrency: 2, each: () => names },
    ),
  )
  jobs.handle(
    'house',
    handler(async () => void done.push('house')),
  )
  await jobs.enqueue(Array.from({ length: 6 }, () => ({ kind: 'deliver:slow', data: {} })))
  await jobs.enqueue(['house', 'deliver:quick', 'house', 'deliver:gone'].map((kind) => ({ kind, data: {} })))
  jobs.start()
  await until((found) => found.length === 7)
  assert.deepEqual([done.toSorted(), most], [['deliver:quick', 'house', 'house'], 2])
  held.resolve()
  const left = await until((found) => found.length === 1)
  assert.deepEqual([left[0]!.kind, left[0]!.attempts], ['deliver:gone', 0], 'whose name is not asked for is left alone')
  names = ['gone']
  await until((found) => found.length === 0)
  assert.ok(done.includes('deliver:gone'))
  closing()
})

test('a handler gives up at once, or asks for more time; who is told of a death is told once', async (t) => {
  const { runner, until, closing } = await setUp(t)
  const jobs = runner()
  const dead: unknown[] = []
  const more = { attempts: 5, dead: async (data: unknown, { reason }: { readonly reason: string }) => void dead.push(data, reason) }
  jobs.handle(
    'gone',
    handler(async () => {
      throw new GiveUp('it answered 410')
    }, more),
  )
  jobs.handle(
    'busy',
    handler(async () => {
      throw new TryLater('it answered 429', 60)
    }, more),
  )
  await jobs.enqueue([
    { kind: 'gone', data: 1 },
    { kind: 'busy', data: 2 },
  ])
  jobs.start()
  const before = Date.now()
  const rows = await until((found) => found.every(({ last_error: error }) => error !== null))
  const [gone, busy] = ['gone', 'busy'].map((name) => rows.find(({ kind }) => kind === name))
  assert.deepEqual([gone!.state, gone!.attempts, gone!.last_error], ['dead', 1, 'it answered 410'])
  assert.deepEqual([busy!.state, busy!.last_error], ['waiting', 'it answered 429'])
  assert.ok(busy!.run_at >= before + 60_000)
  // It is told after its row says so.
  for (let tries = 0; tries < 1000 && dead.length === 0; tries++) await new Promise((resolve) => setTimeout(resolve, 5))
  assert.deepEqual(dead, [1, 'it answered 410'])
  closing()
})

test('a schedule is kept where the clock was a day ahead and is put right', async (t) => {
  const { runner, time, until, closing } = await setUp(t)
  let times = 0
  const jobs = runner({ lease: 60 })
  jobs.every(
    'tidy',
    0.01,
    handler(async () => void times++),
  )
  time.ahead = 86_400_000
  jobs.start()
  await until(() => times > 1)
  time.ahead = 0
  await until((found) => found.every(({ run_at: at }) => at < Date.now() + 3_600_000))
  const before = times
  await until(() => times > before + 1)
  closing()
})
