import type { CDPSession, Page } from 'playwright-core'

/** An authenticator in the browser of a page, over its debugging protocol. */
export type VirtualAuthenticator = {
  readonly device: CDPSession
  readonly authenticatorId: string
  /** Ids of the passkeys on it, in base64url. */
  passkeys(): Promise<readonly string[]>
}

/** Built in, checks who uses it, and is touched by somebody whenever it asks, or, where it is not `touched`, never. */
export const withAuthenticator = async (
  page: Page,
  { touched = true }: { readonly touched?: boolean } = {},
): Promise<VirtualAuthenticator> => {
  const device = await page.context().newCDPSession(page)
  await device.send('WebAuthn.enable', { enableUI: false })
  const { authenticatorId } = await device.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: touched,
    },
  })
  const passkeys = async () => {
    const { credentials } = await device.send('WebAuthn.getCredentials', { authenticatorId })
    return credentials.map(({ credentialId }) => Buffer.from(credentialId, 'base64').toString('base64url'))
  }
  return { device, authenticatorId, passkeys }
}
