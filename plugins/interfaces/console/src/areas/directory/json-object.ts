type Fields = Readonly<Record<string, unknown>>

/** Reads an object that was typed as JSON; nothing at all is an empty one. */
export const readJsonObject = (
  text: string,
): { readonly value: Fields } | { readonly wrong: 'unreadable' | 'no-object'; readonly detail: string } => {
  if (text.trim() === '') return { value: {} }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return { wrong: 'unreadable', detail: error instanceof Error ? error.message : String(error) }
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? { value: value as Fields }
    : { wrong: 'no-object', detail: text.trim().slice(0, 40) }
}
