/** Characters of an error that are kept. */
const longest = 500

/** What stands in messages of others and is for nobody who reads about jobs: names and passwords in addresses, what addresses ask, who gets mail, tokens. */
const secret: readonly (readonly [RegExp, string])[] = [
  [/(\/\/)[^\s/@]+@/g, '$1…@'],
  // Mail servers name those whose mail they refuse.
  [/[^\s<>()[\]"'`@:;,/]{1,64}@(?=[\p{L}\d[])/gu, '…@'],
  [/([?#])[^\s"'<>)]+(?=[\s"'<>)]|$)/g, '$1…'],
  [/\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi, '$1 …'],
  [/\b(whsec_|sluice_)[\w+/=-]+/g, '$1…'],
  [/\b(password|passwd|pwd|secret|token|api[_-]?key)(["']?\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s,;&]+)/gi, '$1$2…'],
]

const withoutSecrets = (text: string): string => secret.reduce((told, [found, by]) => told.replaceAll(found, by), text)

/** Why a job failed, as its row keeps it and operators read it: one line of 500 characters at most, without what looks like a secret. */
export const reasonOf = (error: unknown): string => {
  const named = error instanceof Error && error.name !== 'GiveUp' && error.name !== 'TryLater' ? `${error.name}: ` : ''
  const text = error instanceof Error ? error.message : String(error)
  // Bounded before it is searched, too: what others answer can be long.
  const line = withoutSecrets(`${named}${text}`.slice(0, 4 * longest).replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')).trim()
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line
}
