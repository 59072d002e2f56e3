import { BadImage } from './image.ts'

/** `space`: the namespace's URI, '' for none. */
export type XmlAttribute = { readonly space: string; readonly name: string; readonly value: string }
export type XmlElement = {
  readonly space: string
  readonly name: string
  readonly attributes: readonly XmlAttribute[]
  readonly children: readonly (XmlElement | string)[]
}
type Open = XmlElement & { readonly tag: string; readonly spaces: Spaces; readonly children: (XmlElement | string)[] }
type Spaces = ReadonlyMap<string, string>

const maxDepth = 64
const maxSpaces = 64
/** Beginnings and ends of elements, and signs of attributes: what a tree costs to build is known before. */
const maxMarks: Readonly<Record<string, number>> = { '<': 10_000, '=': 20_000 }
const xmlSpaces: Spaces = new Map([
  ['', ''],
  ['xml', 'http://www.w3.org/XML/1998/namespace'],
])
const predefined: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

const bad = (what: string): BadImage => new BadImage(`it is not an SVG image that can be read (${what}); export it as plain SVG`)

/** What XML lets stand in a document (XML 1.0 §2.2). */
const strange = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u

/** The text of a piece of source: the five entities of XML and numbers, no others. */
const decoded = (text: string): string =>
  text.replace(/&([^;&\s]{0,12});?/g, (whole, name: string) => {
    const [, hex, decimal] = /^#(?:x([\da-f]{1,6})|(\d{1,7}))$/i.exec(name) ?? []
    const code = hex !== undefined ? Number.parseInt(hex, 16) : decimal !== undefined ? Number(decimal) : undefined
    const character = code === undefined ? predefined[name] : code <= 0x10ffff ? String.fromCodePoint(code) : undefined
    if (character === undefined || strange.test(character) || !whole.endsWith(';'))
      throw bad(`the entity ${whole.slice(0, 12)} is not taken`)
    return character
  })

const attribute = /\s+([A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y
const startTag = /<([A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)/y
const tagEnd = /\s*(\/?)>/y
const endTag = /<\/([\w.:-]+)\s*>/y

const split = (name: string): readonly [prefix: string, local: string] => {
  const at = name.indexOf(':')
  return at < 0 ? ['', name] : [name.slice(0, at), name.slice(at + 1)]
}

const spaceOf = (prefix: string, spaces: Spaces): string => {
  const space = spaces.get(prefix)
  if (space === undefined) throw bad(`the prefix "${prefix}" stands for nothing`)
  return space
}

const mustBeShort = (text: string): void => {
  for (const [mark, most] of Object.entries(maxMarks)) {
    let count = 0
    for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + 1))
      if (++count > most) throw new BadImage(`it has more than ${most} "${mark}", which no logo needs; make it simpler, or save it as WebP`)
  }
}

/** Of one start tag: namespaces first, since they hold for the tag itself. */
const opened = (tag: string, written: ReadonlyMap<string, string>, outer: Spaces): Open => {
  const declared = [...written].filter(([name]) => name === 'xmlns' || name.startsWith('xmlns:'))
  const spaces = declared.length === 0 ? outer : new Map([...outer, ...declared.map(([name, value]) => [name.slice(6), value] as const)])
  if (spaces.size > maxSpaces) throw bad(`it has more than ${maxSpaces} namespaces`)
  const attributes = [...written].flatMap(([full, value]) => {
    const [prefix, name] = split(full)
    if (full === 'xmlns' || prefix === 'xmlns') return []
    return { space: prefix === '' ? '' : spaceOf(prefix, spaces), name, value }
  })
  const [prefix, name] = split(tag)
  return { tag, spaces, space: spaceOf(prefix, spaces), name, attributes, children: [] }
}

/** At one place of a text, by patterns that match there or not at all. */
const reader = (text: string) => {
  let at = 0
  return {
    get rest() {
      return text.length - at
    },
    starts: (with_: string) => text.startsWith(with_, at),
    take(pattern: RegExp): RegExpExecArray | null {
      pattern.lastIndex = at
      const found = pattern.exec(text)
      if (found) at += found[0].length
      return found
    },
    /** All up to `end`, which is passed. */
    until(end: string, what: string): string {
      const stop = text.indexOf(end, at)
      if (stop < 0) throw bad(`${what} does not end`)
      const taken = text.slice(at, stop)
      at = stop + end.length
      return taken
    },
    /** All before `sign`, or to the end. */
    before(sign: string): string {
      const stop = text.indexOf(sign, at)
      const taken = text.slice(at, stop < 0 ? text.length : stop)
      at += taken.length
      return taken
    },
  }
}

const readAttributes = (source: ReturnType<typeof reader>): ReadonlyMap<string, string> => {
  const written = new Map<string, string>()
  for (let found = source.take(attribute); found; found = source.take(attribute)) {
    const [, name = '', double, single] = found
    if (written.has(name)) throw bad(`the attribute ${name} stands twice in a tag`)
    // Line ends and tabs are spaces (XML 1.0 §3.3.3).
    written.set(name, decoded((double ?? single ?? '').replace(/[\t\r\n]/g, ' ')))
  }
  return written
}

/**
 * The root of an XML document. No DOCTYPE, so no entities but those of XML itself; no processing instructions; comments are left out. What is not well-formed
 * is refused rather than repaired. Without recursion; at most 64 levels. Throws `BadImage`.
 */
export const readXml = (text: string): XmlElement => {
  mustBeShort(text)
  if (strange.test(text)) throw bad('it has characters that XML does not allow')
  const source = reader(text)
  source.take(
    /\uFEFF?(?:<\?xml\s+version=(?:"1\.0"|'1\.0')(?:\s+encoding=(?:"utf-8"|'utf-8'))?(?:\s+standalone=["'](?:yes|no)["'])?\s*\?>)?/iy,
  )
  const stack: Open[] = []
  let root: XmlElement | undefined

  const put = (child: XmlElement | string): void => {
    const parent = stack.at(-1)
    if (parent) parent.children.push(child)
    else if (typeof child === 'string') {
      if (child.trim() !== '') throw bad('text stands outside of it')
    } else if (root) throw bad('it has two roots')
    else root = child
  }
  const open = (tag: string): void => {
    if (stack.length >= maxDepth) throw bad(`it is nested deeper than ${maxDepth} levels`)
    const element = opened(tag, readAttributes(source), stack.at(-1)?.spaces ?? xmlSpaces)
    const end = source.take(tagEnd)
    if (!end) throw bad(`the tag <${tag.slice(0, 40)}> cannot be read`)
    put(element)
    if (end[1] === '') stack.push(element)
  }

  while (source.rest > 0) {
    if (source.take(/<!--/y)) source.until('-->', 'a comment')
    else if (source.take(/<!\[CDATA\[/y)) put(source.until(']]>', 'a CDATA section'))
    else if (source.starts('<!')) throw new BadImage('it has a DOCTYPE, which is not taken; export it as plain SVG')
    else if (source.starts('<?')) throw new BadImage('it has a processing instruction, which is not taken; export it as plain SVG')
    else if (source.starts('</')) {
      const name = source.take(endTag)?.[1]
      if (name === undefined || stack.pop()?.tag !== name) throw bad('a tag does not end where it should')
    } else if (source.starts('<')) {
      const tag = source.take(startTag)?.[1]
      if (tag === undefined) throw bad('a tag has no name')
      open(tag)
    } else put(decoded(source.before('<')))
  }
  if (!root || stack.length > 0) throw bad('it is cut off')
  return root
}
