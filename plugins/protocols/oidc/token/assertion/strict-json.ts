const tokens = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/g

/**
 * Has an object anywhere in this JSON text a member twice? Parsers differ in which of them they take, so such a text has no one meaning
 * (RFC 7515 §4, RFC 7519 §4). `text` must be JSON.
 */
const hasRepeatedMember = (text: string): boolean => {
  const open: (Set<string> | undefined)[] = []
  let last = ''
  for (const [token] of text.matchAll(tokens)) {
    if (token === '{') open.push(new Set())
    else if (token === '[') open.push(undefined)
    else if (token === '}' || token === ']') open.pop()
    else if (token === ':') {
      // Decoded, since one name has many spellings.
      const name = JSON.parse(last) as string
      const names = open.at(-1)
      if (names?.has(name)) return true
      names?.add(name)
    }
    last = token
  }
  return false
}

/** The object that this text is as JSON in UTF-8, or `undefined` where it is no JSON, no object, or says something twice. */
export const strictObject = (bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined => {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    const value: unknown = JSON.parse(text)
    if (value === null || typeof value !== 'object' || Array.isArray(value) || hasRepeatedMember(text)) return undefined
    return value as Readonly<Record<string, unknown>>
  } catch {
    return undefined
  }
}
