/** Formats of attestation for which the library brings root certificates. */
const withRoots = ['android-key', 'android-safetynet', 'apple', 'mds'] as const

/**
 * Its own check of certificates asks whatever address they name whether they are revoked, past what the operator allows us to reach. Without roots it
 * leaves them to us (`attestation.ts`), who ask nobody.
 */
const loading = async () => {
  const [server, helpers] = await Promise.all([import('@simplewebauthn/server'), import('@simplewebauthn/server/helpers')])
  for (const identifier of withRoots) server.SettingsService.setRootCertificates({ identifier, certificates: [] })
  return { ...server, ...helpers }
}

let loaded: ReturnType<typeof loading> | undefined

/** `@simplewebauthn/server`, loaded when it is needed first: most of it is for attestations, and takes longer to load than the rest of this plugin. */
export const library = (): ReturnType<typeof loading> => (loaded ??= loading())
