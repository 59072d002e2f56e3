/** The characters of a URI (RFC 3986 §2). A backslash, a space or a brace is none of them, and browsers disagree about what they mean. */
const uriCharacters = /^[A-Za-z0-9\-._~:/?#[\]@!$&'()+,;=%]+$/

/**
 * Why this URI cannot be registered, or `undefined` if it can.
 * Schemes are an allow-list (https, http, and private-use schemes with a dot, RFC 8252 §7.1), so `javascript:`, `data:` and their like are out.
 */
export const uriProblem = (value: string): string | undefined => {
  if (value.includes('*')) return `\`${value}\` has a \`*\`. Patterns are not supported: register every address in full.`
  if (!uriCharacters.test(value)) return `\`${value}\` has characters that no URI has. Patterns are not supported: register it in full.`
  if (!URL.canParse(value)) return `\`${value}\` is no absolute URI. Begin with a scheme, e.g. https://app.example.com/callback.`
  if (value.includes('#')) return `\`${value}\` has a fragment, which RFC 6749 §3.1.2 forbids. Remove everything from the \`#\` on.`
  const { protocol, username, password } = new URL(value)
  if (protocol !== 'https:' && protocol !== 'http:')
    return protocol.includes('.')
      ? undefined
      : `\`${value}\` has the scheme \`${protocol}\`. Use https, http, or a native application's own scheme with a dot, e.g. com.example.app:/callback.`
  if (!/^https?:\/\/[^/?]/i.test(value)) return `\`${value}\` has no host. Write it as ${protocol}//host/path.`
  if (username !== '' || password !== '' || /^[^/?]*\/\/[^/?]*@/.test(value))
    return `\`${value}\` has a user name in front of the host. Remove everything up to the \`@\`.`
  return undefined
}

/**
 * Why keys cannot be fetched from this address, or `undefined` if they can. Whoever can change the answer can be the client, so it is https; plain
 * http never leaves the machine.
 */
export const jwksUriProblem = (value: string): string | undefined => {
  const problem = uriProblem(value)
  if (problem !== undefined) return problem
  const { protocol, hostname } = new URL(value)
  return protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname))
    ? undefined
    : `\`${value}\` is not https. Whoever can change the answer on its way can be the client: use https.`
}

const loopback = /^(http:\/\/(?:127\.0\.0\.1|\[::1\]))(?::\d{1,5})?((?:[/?].*)?)$/

const withoutLoopbackPort = (uri: string): string | undefined => {
  const parts = loopback.exec(uri)
  return parts ? `${parts[1]}${parts[2]}` : undefined
}

/**
 * Is this the registered URI? Character by character (RFC 9700 §4.1.3), except for the port of a loopback address, which a native
 * application is given by its system (RFC 8252 §7.3). The name `localhost` gets no such freedom (§8.3).
 */
export const sameRedirectUri = (registered: string, sent: string): boolean => {
  if (registered === sent) return true
  const without = withoutLoopbackPort(registered)
  return without !== undefined && without === withoutLoopbackPort(sent)
}
