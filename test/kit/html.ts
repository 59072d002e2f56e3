/** A form as a browser would send it: `fields` hold what is there when nobody types anything. */
export type Form = {
  readonly action: string
  readonly method: string
  readonly fields: Readonly<Record<string, string>>
  /** Names of boxes and choices that nobody has ticked, which are not sent as they are. */
  readonly unticked: readonly string[]
  /** In their order; a browser sends the first one's name and value when Enter is pressed. */
  readonly buttons: readonly { readonly name: string | undefined; readonly value: string; readonly text: string }[]
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: '\u00a0' }

const decode = (text: string): string =>
  text.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (all, decimal?: string, hex?: string, name?: string) => {
    if (decimal) return String.fromCodePoint(Number(decimal))
    if (hex) return String.fromCodePoint(Number.parseInt(hex, 16))
    return entities[name ?? ''] ?? all
  })

const attributesOf = (tag: string): Readonly<Record<string, string>> => {
  const found = tag.matchAll(/\s([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?/g)
  return Object.fromEntries(
    [...found].map(([, name = '', double, single, bare]) => [name.toLowerCase(), decode(double ?? single ?? bare ?? '')]),
  )
}

/** What people read of some markup, with single spaces. */
export const textOf = (markup: string): string =>
  decode(markup.replace(/<(script|style|head)\b[\s\S]*?<\/\1>/gi, '').replace(/<[^>]*>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim()

/** The content of the first element of a kind as text, or `''`. */
export const textIn = (element: string, markup: string): string =>
  textOf(new RegExp(`<${element}\\b[^>]*>([\\s\\S]*?)</${element}>`, 'i').exec(markup)?.[1] ?? '')

const controlOf = (form: string): readonly (readonly [string, string])[] => {
  const inputs = [...form.matchAll(/<input\b[^>]*>/gi)].flatMap(([tag]) => {
    const { name, value = '', type = 'text', checked, disabled } = attributesOf(tag)
    const sent = disabled === undefined && ((type !== 'checkbox' && type !== 'radio') || checked !== undefined)
    return name !== undefined && sent ? [[name, value] as const] : []
  })
  const areas = [...form.matchAll(/(<textarea\b[^>]*>)\n?([\s\S]*?)<\/textarea>/gi)].map(
    ([, tag = '', content = '']) => [attributesOf(tag)['name'] ?? '', decode(content)] as const,
  )
  const selects = [...form.matchAll(/(<select\b[^>]*>)([\s\S]*?)<\/select>/gi)].map(([, tag = '', content = '']) => {
    const options = [...content.matchAll(/<option\b[^>]*>/gi)].map(([option]) => attributesOf(option))
    const chosen = options.find((option) => option['selected'] !== undefined) ?? options[0]
    return [attributesOf(tag)['name'] ?? '', chosen?.['value'] ?? ''] as const
  })
  return [...inputs, ...areas, ...selects]
}

const untickedIn = (form: string): readonly string[] =>
  [...form.matchAll(/<input\b[^>]*>/gi)].flatMap(([tag]) => {
    const { name, type = 'text', checked, disabled } = attributesOf(tag)
    const isBox = type === 'checkbox' || type === 'radio'
    return name !== undefined && isBox && checked === undefined && disabled === undefined ? [name] : []
  })

/** The forms of a page, in their order. */
export const formsIn = (markup: string): readonly Form[] =>
  [...markup.matchAll(/(<form\b[^>]*>)([\s\S]*?)<\/form>/gi)].map(([, tag = '', content = '']) => {
    const { action = '', method = 'get' } = attributesOf(tag)
    const buttons = [...content.matchAll(/(<button\b[^>]*>)([\s\S]*?)<\/button>/gi)].flatMap(([, button = '', label = '']) => {
      const { name, value = '', type = 'submit', disabled } = attributesOf(button)
      return type === 'submit' && disabled === undefined ? [{ name, value, text: textOf(label) }] : []
    })
    const fields = Object.fromEntries(controlOf(content))
    return { action, method: method.toLowerCase(), fields, unticked: untickedIn(content), buttons }
  })

/** The links of a page by their text. */
export const linksIn = (markup: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...markup.matchAll(/(<a\b[^>]*>)([\s\S]*?)<\/a>/gi)].map(([, tag = '', content = '']) => [
      textOf(content),
      attributesOf(tag)['href'] ?? '',
    ]),
  )

/** Where a page goes by itself (`<meta http-equiv="refresh">`). */
export const refreshIn = (markup: string): string | undefined => {
  const tag = /<meta\b[^>]*http-equiv="refresh"[^>]*>/i.exec(markup)?.[0]
  return tag && attributesOf(tag)['content']?.replace(/^\d+;\s*url=/i, '')
}
