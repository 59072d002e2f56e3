import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { newPostgresql, testKind } from '../../core/data/fixture.ts'
import { openDatabase } from '../../core/data/database.ts'

const writer = join(import.meta.dirname, 'write-users.ts')

/** Lets a process write until it is killed in the middle of it; returns the ids that it said were committed. */
const writeUntilKilled = async (url: string, round: number, cache: string): Promise<readonly string[]> => {
  const child = fork(writer, [url, String(round)], { env: { ...process.env, NODE_COMPILE_CACHE: cache } })
  const said: string[] = []
  child.on('message', (id) => said.push(id as string))
  const exit = once(child, 'exit')
  await Promise.race([once(child, 'message'), exit])
  await sleep(Math.random() * 40)
  child.kill('SIGKILL')
  assert.deepEqual(await exit, [null, 'SIGKILL'])
  return said
}

/** Ten rounds on one database, which is looked at after each of them. */
const tenRounds = async (url: string, cache: string): Promise<void> => {
  const committed: string[] = []
  for (let round = 0; round < 10; round++) {
    committed.push(...(await writeUntilKilled(url, round, cache)))
    const database = await openDatabase({ url })
    if (database.kind === 'sqlite') {
      const { rows } = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(database.sql)
      assert.deepEqual(
        rows.map((row) => row.integrity_check),
        ['ok'],
      )
    }
    const users = await database.sql
      .selectFrom('users')
      .select((user) => [
        'id',
        'version',
        user.selectFrom('memberships').whereRef('user_id', '=', 'users.id').select(user.fn.countAll<number>().as('n')).as('groups'),
        user.selectFrom('role_assignments').whereRef('subject_id', '=', 'users.id').select(user.fn.countAll<number>().as('n')).as('roles'),
        user.selectFrom('changes').whereRef('object_id', '=', 'users.id').select(user.fn.countAll<number>().as('n')).as('changes'),
      ])
      .execute()
    const half = users.filter(({ version, groups, roles, changes }) => version !== 1 || groups !== 2 || roles !== 1 || changes !== 1)
    assert.deepEqual(half, [])
    const kept = new Set(users.map(({ id }) => id))
    assert.deepEqual(
      committed.filter((id) => !kept.has(id)),
      [],
    )
    const { n } = await database.sql
      .selectFrom('role_assignments')
      .select((row) => row.fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow()
    assert.equal(n, users.length)
    await database.close()
  }
  assert.ok(committed.length >= 10)
}

test('a killed process leaves no half-written user and loses none that it said was written', { timeout: 60_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-crash-'))
  try {
    await Promise.all(
      ['a', 'b'].map(async (name) => {
        const file = join(folder, `${name}.db`)
        const { url, drop } = testKind === 'sqlite' ? { url: `sqlite:${file}`, drop: async () => {} } : await newPostgresql({ empty: true })
        await tenRounds(url, `${file}.cache`)
        await drop()
      }),
    )
  } finally {
    await rm(folder, { recursive: true })
  }
})
