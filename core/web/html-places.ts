/** Where a hole of a template stands. It decides how the hole's value is written. */
export type Place = 'text' | 'value' | 'url' | 'attributes'

type State =
  | { readonly in: 'text' | 'comment' }
  | { readonly in: 'tag'; readonly element: string }
  | { readonly in: 'value'; readonly element: string; readonly attribute: string; readonly quote: string; readonly start: boolean }
  | { readonly in: 'raw'; readonly element: string }
type Step = readonly [State, number]

const text: State = { in: 'text' }
const urlAttributes = new Set(['href', 'src', 'action', 'formaction', 'poster', 'cite', 'data', 'ping', 'xlink:href'])
/** Attributes in which no amount of escaping makes a foreign value harmless. */
const closedAttribute = /^(?:on.*|style|srcdoc|srcset|http-equiv)$/

export const isUrlAttribute = (name: string) => urlAttributes.has(name)
export const isClosedAttribute = (name: string) => closedAttribute.test(name)

const refuse = (reason: string, near: string): never => {
  throw new Error(`html: ${reason}, near …${JSON.stringify(near.slice(-40))}`)
}

const inText = (part: string, at: number): Step => {
  const open = part.indexOf('<', at)
  if (open < 0) return [text, part.length]
  if (part.startsWith('<!--', open)) return [{ in: 'comment' }, open + 4]
  if (open === part.length - 1) return refuse('a hole cannot name an element', part)
  const element = /^<([!/]?[a-z][a-z0-9-]*)/i.exec(part.slice(open))?.[1]
  return element ? [{ in: 'tag', element: element.toLowerCase() }, open + 1 + element.length] : [text, open + 1]
}

const inTag = (element: string, part: string, at: number): Step => {
  const token = /\s+|\/|(>)|([^\s"'<>/=]+)(?:\s*=\s*(.?))?/sy
  token.lastIndex = at
  const [found, end, attribute, quote] = token.exec(part) ?? []
  if (found === undefined) return refuse('a tag that cannot be read', part.slice(0, at + 20))
  const next = at + found.length
  if (end) return [element === 'script' || element === 'style' ? { in: 'raw', element } : text, next]
  if (quote === undefined || !attribute) return [{ in: 'tag', element }, next]
  if (quote !== '"' && quote !== "'") return refuse(`the value of ${attribute} needs quotes`, part.slice(0, next))
  return [{ in: 'value', element, attribute: attribute.toLowerCase(), quote, start: true }, next]
}

const inValue = (state: State & { in: 'value' }, part: string, at: number): Step => {
  const end = part.indexOf(state.quote, at)
  return end < 0 ? [{ ...state, start: state.start && at === part.length }, part.length] : [{ in: 'tag', element: state.element }, end + 1]
}

const inRaw = (state: State & { in: 'raw' }, part: string, at: number): Step => {
  const end = part.toLowerCase().indexOf(`</${state.element}`, at)
  return end < 0 ? [state, part.length] : [{ in: 'tag', element: `/${state.element}` }, end + 2 + state.element.length]
}

const inComment = (part: string, at: number): Step => {
  const end = part.indexOf('-->', at)
  return end < 0 ? [{ in: 'comment' }, part.length] : [text, end + 3]
}

const step = (state: State, part: string, at: number): Step => {
  switch (state.in) {
    case 'text':
      return inText(part, at)
    case 'tag':
      return inTag(state.element, part, at)
    case 'value':
      return inValue(state, part, at)
    case 'raw':
      return inRaw(state, part, at)
    case 'comment':
      return inComment(part, at)
  }
}

const read = (before: State, part: string): State => {
  let state = before
  for (let at = 0; at < part.length;) [state, at] = step(state, part, at)
  return state
}

const placeOf = (state: State, part: string, after: string): Place => {
  if (state.in === 'text') return 'text'
  if (state.in === 'tag') {
    if (!/\s$/.test(part) || !/^[\s/>]/.test(after)) return refuse('attributes need white space around them', part)
    return 'attributes'
  }
  if (state.in !== 'value') return refuse(`no holes in ${state.in === 'raw' ? `<${state.element}>` : 'comments'}`, part)
  if (isClosedAttribute(state.attribute)) return refuse(`no holes in ${state.attribute}`, part)
  if (!isUrlAttribute(state.attribute) || !state.start) return 'value'
  if (!after.startsWith(state.quote)) return refuse(`a hole that begins ${state.attribute} must be all of it`, part)
  return 'url'
}

/** Reads the literal parts of a template and says for each hole where it stands. Throws where no value could be written safely. */
export const placesOf = (parts: readonly string[]): readonly Place[] => {
  const places: Place[] = []
  let state: State = text
  for (const [index, part] of parts.entries()) {
    state = read(state, part)
    const after = parts[index + 1]
    if (after !== undefined) places.push(placeOf(state, part, after))
    if (state.in === 'value') state = { ...state, start: false }
  }
  return state.in === 'text' ? places : refuse(`the template ends inside a ${state.in}`, parts.at(-1) ?? '')
}
