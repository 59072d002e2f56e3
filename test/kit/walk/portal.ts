import type { Place } from './place.ts'

/** Every page of the portal. */
export const portalPlaces: readonly Place[] = [
  { name: 'applications', path: '/' },
  {
    name: 'account-menu',
    path: '/',
    async reach(page) {
      await page.locator('header [aria-haspopup=menu]').click()
      await page.getByRole('menu').waitFor()
    },
  },
  { name: 'profile', path: '/profile' },
  { name: 'security', path: '/security' },
  {
    name: 'security-end',
    path: '/security',
    async reach(page, say) {
      await page.getByRole('button', { name: say('portal.sessions.end-others'), exact: true }).click()
      await page.getByRole('dialog').waitFor()
    },
  },
  {
    name: 'security-rename',
    path: '/security',
    async reach(page, say) {
      await page
        .getByRole('button', { name: say('portal.authenticators.rename') })
        .first()
        .click()
      await page.getByLabel(say('portal.authenticators.name'), { exact: true }).waitFor()
    },
  },
  {
    name: 'security-remove',
    path: '/security',
    async reach(page, say) {
      await page.getByText(say('portal.authenticators.remove'), { exact: true }).first().click()
      await page.getByRole('dialog').waitFor()
    },
  },
  { name: 'access', path: '/access' },
  { name: 'tokens', path: '/tokens' },
  { name: 'tokens-new', path: '/tokens', reach: (page, say) => page.getByRole('button', { name: say('portal.tokens.new') }).click() },
  { name: 'not-found', path: '/nothing' },
]
