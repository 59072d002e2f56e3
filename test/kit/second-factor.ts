import assert from 'node:assert/strict'
import { Client, type Credentials, type Page, signIn } from './client.ts'
import { codeOf } from './one-time-password.ts'

/** The key on the page of the QR code. */
export const secretOn = (page: Page): string =>
  /[A-Z2-7]{4}( [A-Z2-7]{4})+/.exec(page.text)?.[0] ?? assert.fail(`no key at ${page.url.href}: ${page.text}`)
export const backupCodesOn = (page: Page): readonly string[] => page.text.match(/\b[0-9A-Z]{5}-[0-9A-Z]{5}\b/g) ?? []

/**
 * Sets up an app and backup codes where a sign-in asks for it, and goes on. The code of the present period is used up; the next one is good. `page`: that of
 * the QR code.
 */
export async function setUpApp(
  client: Client,
  page: Page,
): Promise<{ readonly secret: string; readonly backupCodes: readonly string[]; readonly then: Page }> {
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
