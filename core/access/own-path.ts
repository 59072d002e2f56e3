/** Characters. A path that leads on to another one may hold that one, but not without end. */
const longest = 1000
/** What some reader between us and the page might take for a slash, or leave out. */
// oxlint-disable-next-line no-control-regex -- these are looked for
const odd = /[\\\u0000-\u0020\u007f]|\/\//
const encodedSlash = /%(?:2f|5c)/i

/**
 * A path below `/if/`, with its query, to which a browser may be led after a flow, e.g. `/if/user/`. `undefined` for everything else: whoever made the
 * link chooses it, so nothing that could leave this origin, or be read in two ways, is mended.
 * @param origin e.g. `https://id.example.com`
 */
export function ownPath(wanted: unknown, origin: string): string | undefined {
  if (typeof wanted !== 'string' || wanted.length > longest || !wanted.startsWith('/if/') || odd.test(wanted)) return undefined
  const url = URL.parse(wanted, origin)
  if (!url || url.origin !== origin || !url.pathname.startsWith('/if/') || encodedSlash.test(url.pathname)) return undefined
  return `${url.pathname}${url.search}${url.hash}`
}
