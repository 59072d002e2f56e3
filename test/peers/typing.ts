import type { Page } from 'playwright-core'
import type { Credentials } from '../kit/client.ts'
import { configuration, people } from '../kit/configuration.ts'

/** The shared document with these providers, an application for each, and ada in the group `finance`, where bob is not. */
export const documentWith = (providers: Readonly<Record<string, object>>): Record<string, unknown> =>
  configuration({
    groups: { finance: {} },
    users: { ada: { name: 'Ada Lovelace', email: 'ada@example.com', groups: ['finance'], password: people.ada.password } },
    providers: Object.fromEntries(Object.entries(providers).map(([slug, settings]) => [slug, { type: 'oidc', with: settings }])),
    applications: Object.fromEntries(Object.keys(providers).map((slug) => [slug, { name: `Application ${slug}`, provider: slug }])),
  })

/** A person at the pages of the default sign-in: types the user name, then the password, key by key. */
export const typeCredentials = async (page: Page, { username, password }: Credentials): Promise<void> => {
  await page.getByLabel('User name or e-mail address').pressSequentially(username)
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByLabel('Password', { exact: true }).pressSequentially(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** Opens a sign-out that proves nothing, and says yes where the page asks. */
export const signOut = async (page: Page, endSession: string): Promise<void> => {
  await page.goto(endSession)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'You are signed out' }).waitFor()
}
