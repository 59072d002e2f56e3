import { BadImage, type Image, maxSvgBytes, mustBeSane } from './image.ts'
import { mustBeCheap, type SvgElement } from './svg-cost.ts'
import { attributes, costly, describing, elements, textual } from './svg-names.ts'
import { idIn, pixels, referencesIn, viewBoxSize } from './svg-values.ts'
import { readXml, type XmlElement } from './xml.ts'

const svgSpace = 'http://www.w3.org/2000/svg'
const xlinkSpace = 'http://www.w3.org/1999/xlink'
const htmlSpace = 'http://www.w3.org/1999/xhtml'
/** Elements that may refer to another one of the image. */
const referring = new Set(['use', 'linearGradient', 'radialGradient', 'pattern', 'textPath'])
const gradients = new Set(['linearGradient', 'radialGradient'])

type Written = Omit<SvgElement, 'children'> & {
  readonly children: readonly (Written | string)[]
}

/** Of a `viewBox` on each side: its units are no pixels, but what is told of its size is a whole number. */
const maxBox = 1_000_000

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => entities[sign] ?? sign)

const refused = (what: string): BadImage =>
  new BadImage(`it has ${what}, which images do not need and attacks do; remove it, or export it as plain SVG`)

/** The attributes of an element that are kept, and the ids that it refers to. */
const attributesOf = (
  element: XmlElement,
): { readonly kept: readonly (readonly [string, string])[]; readonly refersTo: readonly string[] } => {
  const kept = new Map<string, string>()
  const refersTo: string[] = []
  for (const { space, name, value } of element.attributes) {
    const lower = name.toLowerCase()
    if (lower.startsWith('on')) throw refused(`the attribute ${name}`)
    if (lower === 'base' && space !== '') throw refused('the attribute xml:base')
    if (lower === 'href' || lower === 'src') {
      const id = idIn(value, element.name)
      if (lower === 'src' || (space !== '' && space !== xlinkSpace) || !referring.has(element.name))
        throw refused(`the attribute ${name} at <${element.name}>`)
      refersTo.push(id)
      // Where both are there, the one without a prefix counts (SVG 2 §16.1.5).
      if (space === '' || !kept.has('href')) kept.set('href', `#${id}`)
    } else if (space === '' && attributes.has(name)) {
      refersTo.push(...referencesIn(value, `the attribute ${name} of <${element.name}>`))
      kept.set(name, value)
    }
  }
  return { kept: [...kept], refersTo }
}

/** The text of a `<style>`. What it refers to by classes nobody counts, so it may refer to gradients only, which do not multiply. */
const styleOf = (text: string, gradientIds: ReadonlySet<string>): string => {
  for (const id of referencesIn(text, 'its <style>'))
    if (!gradientIds.has(id)) throw new BadImage(`its <style> refers to #${id}, which is no gradient; write that as an attribute`)
  return text
}

const idOf = (element: XmlElement): string | undefined => element.attributes.find(({ space, name }) => space === '' && name === 'id')?.value

const gradientsIn = (element: XmlElement, ids = new Set<string>()): ReadonlySet<string> => {
  const id = idOf(element)
  if (id !== undefined && gradients.has(element.name)) ids.add(id)
  for (const child of element.children) if (typeof child !== 'string') gradientsIn(child, ids)
  return ids
}

/** An element as it is written anew; undefined for one that only describes, or that a program keeps for itself. Throws `BadImage`. */
const cleaned = (element: XmlElement, gradientIds: ReadonlySet<string>): Written | undefined => {
  const { space, name } = element
  if (space !== svgSpace) {
    if (space === htmlSpace || space === '') throw refused(`<${name.slice(0, 40)}>, which is not SVG`)
    return undefined
  }
  if (describing.has(name)) return undefined
  const why = Object.hasOwn(costly, name) ? costly[name] : undefined
  if (why !== undefined) throw new BadImage(`it has <${name}>, which ${why}`)
  if (!elements.has(name)) throw refused(`<${name.slice(0, 40)}>`)
  const { kept, refersTo } = attributesOf(element)
  if (name === 'style') {
    const texts = element.children.filter((child) => typeof child === 'string')
    if (texts.length < element.children.length) throw refused('elements in <style>')
    return { name, id: undefined, attributes: kept, refersTo: [], children: [styleOf(texts.join(''), gradientIds)] }
  }
  const children = element.children.flatMap((child) => {
    if (typeof child === 'string') return textual.has(name) ? child : []
    return cleaned(child, gradientIds) ?? []
  })
  return { name, id: idOf(element), attributes: kept, refersTo, children }
}

const markupOf = ({ name, attributes: own, children }: Written, more = ''): string => {
  const tag = `${name}${more}${own.map(([key, value]) => ` ${key}="${escaped(value)}"`).join('')}`
  const inner = children.map((child) => (typeof child === 'string' ? escaped(child) : markupOf(child))).join('')
  return inner === '' ? `<${tag}/>` : `<${tag}>${inner}</${name}>`
}

const sizeOf = ({ attributes: own }: Written): { readonly width: number | null; readonly height: number | null } => {
  const { viewBox, width: wide, height: high } = Object.fromEntries(own) as Partial<Record<string, string>>
  const box = viewBox === undefined ? undefined : viewBoxSize(viewBox)
  if (viewBox !== undefined && !box)
    throw new BadImage(`its viewBox is ${JSON.stringify(viewBox.slice(0, 40))}; it must be four numbers, the last two above 0`)
  const [width, height] = [pixels(wide), pixels(high)]
  if (!box && (width === null || height === null))
    throw new BadImage('it has neither a viewBox nor width and height in pixels; export it with one')
  mustBeSane(width ?? 1, height ?? 1)
  if (box && Math.max(...box) > maxBox) throw new BadImage(`its viewBox is larger than ${maxBox}; export it smaller`)
  const rounded = (value: number | null | undefined) => (value == null ? null : Math.max(1, Math.round(value)))
  return { width: rounded(width ?? box?.[0]), height: rounded(height ?? box?.[1]) }
}

/** An SVG image of what is drawn, written anew from an allow-list. What runs, loads or embeds something is refused. Throws `BadImage`. */
export const rewriteSvg = (bytes: Buffer): Image => {
  if (bytes.length > maxSvgBytes)
    throw new BadImage(`it has ${bytes.length} bytes, and of SVG ${maxSvgBytes} is the most; make it simpler, or save it as WebP`)
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new BadImage('it is SVG or HTML, and not in UTF-8; save it in UTF-8')
  }
  const root = readXml(text)
  if (root.name !== 'svg' || root.space !== svgSpace)
    throw new BadImage(`it begins with <${root.name.slice(0, 40)}>, not with <svg xmlns="${svgSpace}">; save it as SVG`)
  const written = cleaned(root, gradientsIn(root))
  if (!written) throw new BadImage('it draws nothing; export it again')
  mustBeCheap(written)
  const size = sizeOf(written)
  return { type: 'image/svg+xml', bytes: Buffer.from(markupOf(written, ` xmlns="${svgSpace}"`)), ...size }
}
