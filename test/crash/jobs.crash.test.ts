import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase } from '../../core/data/database.ts'
import { createJobs } from '../../core/jobs/jobs.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }

test('a job whose process is killed between its claim and its end is done by the next, once its lease is over', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'sluice-jobs-'))
  const url = `sqlite:${join(directory, 'jobs.db')}`
  const begin = (way: string) => fork(join(import.meta.dirname, 'run-job.ts'), [url, way])
  try {
    const database = await openDatabase({ url })
    await database.migrate()
    await createJobs({ database, clock: { now: () => new Date() }, log: silent }).enqueue({ kind: 'work', data: 7 })
    const first = begin('hang')
    assert.deepEqual((await once(first, 'message'))[0], { data: 7, attempt: 1 })
    first.kill('SIGKILL')
    assert.deepEqual(await once(first, 'exit'), [null, 'SIGKILL'])
    const [left] = await database.sql.selectFrom('jobs').selectAll().execute()
    assert.deepEqual([left?.state, left?.attempts], ['waiting', 1])
    const { locked_until: until } = left!
    const heir = begin('end')
    try {
      assert.deepEqual((await once(heir, 'message'))[0], { data: 7, attempt: 2 })
      assert.ok(Date.now() >= until, 'nobody takes it from whoever may still be at it')
      for (let tries = 0; tries < 200 && (await database.sql.selectFrom('jobs').selectAll().execute()).length > 0; tries++) await sleep(10)
      assert.deepEqual(await database.sql.selectFrom('jobs').selectAll().execute(), [])
    } finally {
      heir.kill('SIGKILL')
      await once(heir, 'exit')
    }
    await database.close()
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
})
