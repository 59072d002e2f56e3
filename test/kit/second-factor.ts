import assert from 'node:assert/strict'
import { openDatabase } from '../../core/data/database.ts'
import { Client, type Credentials, type Page, signIn } from './client.ts'
import { codeOf } from './one-time-password.ts'
import type { TestServer } from './server.ts'

/** Where people set authenticators up who are signed in. */
export const setupFlow = '/if/flow/default-authenticator-setup/'

/** The key on the page of the QR code. */
export const secretOn = (page: Page): string =>
  /[A-Z2-7]{4}( [A-Z2-7]{4})+/.exec(page.text)?.[0] ?? assert.fail(`no key at ${page.url.href}: ${page.text}`)
export const backupCodesOn = (page: Page): readonly string[] => page.text.match(/\b[0-9A-Z]{5}-[0-9A-Z]{5}\b/g) ?? []

/** The page of the QR code, where one of several is chosen first. */
export const chooseApp = (client: Client, page: Page): Promise<Page> => client.submit(page, {}, 'Authenticator app')

/**
 * Sets up an app and backup codes where a sign-in asks for it, and goes on. The code of the present period is used up; the next one is good. `choice`: the
 * page where people choose what they set up.
 */
async function setUpApp(
  client: Client,
  choice: Page,
): Promise<{ readonly secret: string; readonly backupCodes: readonly string[]; readonly then: Page }> {
  const page = await chooseApp(client, choice)
  const secret = secretOn(page)
  const codes = await client.submit(page, { code: codeOf(secret) })
  assert.equal(codes.heading, 'Save your backup codes', codes.text)
  return { secret, backupCodes: backupCodesOn(codes), then: await client.submit(codes, { saved: 'on' }) }
}

/** Signs somebody in who needs a second factor and has none, at a browser of their own. */
export async function enrolled(server: { readonly url: string }, person: Credentials, start?: string) {
  const client = new Client(server.url)
  return { client, ...(await setUpApp(client, await signIn(client, person, start))) }
}

/** Sets one more app up, from the page where that is chosen, and backup codes where there are none yet. */
export async function addApp(client: Client, choice?: Page): Promise<{ readonly secret: string; readonly then: Page }> {
  const page = await chooseApp(client, choice ?? (await client.open(setupFlow)))
  const secret = secretOn(page)
  const next = await client.submit(page, { code: codeOf(secret) })
  return { secret, then: next.heading === 'Save your backup codes' ? await client.submit(next, { saved: 'on' }) : next }
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
      headers: {
        origin: client.origin,
        'sec-fetch-site': 'same-origin',
        accept: 'application/json',
        ...(method !== 'GET' && { 'content-type': 'application/json' }),
      },
      ...(json !== undefined && { json }),
    })
