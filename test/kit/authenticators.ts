import assert from 'node:assert/strict'
import { openDatabase } from '../../core/data/database.ts'
import type { Client, Page } from './client.ts'
import { codeOf } from './one-time-password.ts'
import type { TestServer } from './server.ts'

/** Where people set authenticators up. */
export const setupFlow = '/if/flow/default-authenticator-setup/'

/** The key on the page of the QR code. */
export const secretOn = (page: Page): string =>
  /[A-Z2-7]{4}( [A-Z2-7]{4})+/.exec(page.text)?.[0] ?? assert.fail(`no key on: ${page.heading} ${page.text}`)

/** Sets an app up from the page that shows its QR code, and backup codes where these are asked for next. */
export const setUpApp = async (client: Client, page: Page): Promise<{ readonly secret: string; readonly page: Page }> => {
  const secret = secretOn(page)
  const next = await client.submit(page, { code: codeOf(secret) })
  return { secret, page: next.heading === 'Save your backup codes' ? await client.submit(next, { saved: 'on' }) : next }
}

/** Makes the proofs of all sessions of a user older, as time would. */
export const age = async (server: TestServer, userId: string, minutes: number): Promise<void> => {
  const database = await openDatabase({ url: server.databaseUrl })
  const by = minutes * 60_000
  const sessions = await database.sql
    .selectFrom('sessions')
    .select(['id', 'proofs', 'authenticated_at'])
    .where('user_id', '=', userId)
    .execute()
  for (const { id, proofs, authenticated_at: at } of sessions) {
    const old = (JSON.parse(proofs) as { at: number }[]).map((proof) => ({ ...proof, at: proof.at - by }))
    await database.sql
      .updateTable('sessions')
      .set({ proofs: JSON.stringify(old), authenticated_at: at - by })
      .where('id', '=', id)
      .execute()
  }
  await database.close()
}

/** Calls the API as a page of the server does, with the browser's session. */
export const apiAt =
  (client: Client) =>
  (method: string, path: string, json?: unknown): Promise<Page> =>
    client.ask(`/api/v1${path}`, {
      method,
      headers: { origin: client.origin, 'sec-fetch-site': 'same-origin', accept: 'application/json' },
      ...(json !== undefined && { json }),
    })
