/** Codes of OpenSSL by which Node says that it knows no issuer that it trusts. */
const unknownIssuer = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_UNTRUSTED',
  'CERT_SIGNATURE_FAILURE',
])

/**
 * Why a server cannot be trusted, and what to do; `undefined` for errors of other kinds. Waiting mends none of it.
 * @param option that says where the server is
 */
export const untrusted = (error: unknown, option: 'SLUICE_DATABASE_URL' | 'SLUICE_REDIS_URL'): string | undefined => {
  if (!(error instanceof Error)) return undefined
  const { code = '', path, cert } = error as NodeJS.ErrnoException & { readonly cert?: { readonly subjectaltname?: string } }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `its certificate is for other names (${cert?.subjectaltname ?? 'none'}); correct the host in ${option}, or the certificate`
  if (code === 'CERT_HAS_EXPIRED') return 'its certificate has expired; renew it'
  if (code === 'CERT_NOT_YET_VALID') return 'its certificate is not valid yet; look at the clocks'
  if (unknownIssuer.has(code)) {
    const byUrl = option === 'SLUICE_DATABASE_URL' ? ` by sslrootcert=<file> in ${option}, or` : ''
    return `its certificate is of an authority that is not trusted here (${code}); name the file of that authority${byUrl} by NODE_EXTRA_CA_CERTS`
  }
  if (error.message === 'The server does not support SSL connections')
    return `it offers no TLS; turn it on there (ssl = on), or leave out sslmode in ${option}`
  if (
    option === 'SLUICE_DATABASE_URL' &&
    path !== undefined &&
    (code === 'ENOENT' || code === 'EACCES') &&
    error.message.includes(', open ')
  )
    return `the file ${path} cannot be read (${code}); correct sslrootcert, sslcert or sslkey in ${option}`
  return undefined
}
