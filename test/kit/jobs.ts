import assert from 'node:assert/strict'
import { randomUUIDv7 } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { openDatabase } from '../../core/data/database.ts'
import type { Api } from './api.ts'
import type { TestServer } from './server.ts'

/** Puts a job into a server's database, of a kind that no handler is known of, so that it stays as it is. `more`: columns that differ. Resolves with its id. */
export const putJob = async ({ databaseUrl }: Pick<TestServer, 'databaseUrl'>, more: object = {}): Promise<string> => {
  const id = randomUUIDv7()
  const database = await openDatabase({ url: databaseUrl })
  const row = { id, kind: 'of-nobody', data: '{"to":"secret@example.com"}', scheduled: false, run_at: Date.now(), created_at: Date.now() }
  await database.sql
    .insertInto('jobs')
    .values({ ...row, attempts: 0, locked_until: 0, state: 'waiting', ...more })
    .execute()
  await database.close()
  return id
}

/** A job that was given up. */
export const deadJob = { state: 'dead', attempts: 3, last_error: 'Error: no such host' }

/** Waits until no job of a kind is left, e.g. until all mail is sent. */
export const allDone = async (admin: Api, kind: string): Promise<void> => {
  for (let tries = 0; ; tries++) {
    const { items } = await admin.must('GET', `/jobs?kind=${kind}`)
    if (items.length === 0) return
    assert.ok(tries < 300, JSON.stringify(items))
    await delay(50)
  }
}
