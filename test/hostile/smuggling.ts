/** What must not be reached: it stands in bodies, and is asked for by nobody. */
export const hidden = '/-/health/ready'

const inner = `GET ${hidden} HTTP/1.1\r\nHost: localhost\r\nX-Rest: `
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`

/** A request with these lines between the host and the body. */
const post = (lines: readonly string[], body: string) =>
  `POST /if/flow/redirect/ HTTP/1.1\r\nHost: localhost\r\n${lines.join('\r\n')}\r\n\r\n${body}`

const length = (text: string) => `Content-Length: ${text.length}`
const ended = `0\r\n\r\n${inner}`

/** Requests of which two servers in a row may disagree where they end (RFC 9112 §6.3, §11.2), by what they do. */
export const pairs: Readonly<Record<string, string>> = {
  'CL.TE': post([length(ended), 'Transfer-Encoding: chunked'], ended),
  'TE.CL': post(['Content-Length: 4', 'Transfer-Encoding: chunked'], `${chunk(inner)}0\r\n\r\n`),
  'two lengths': post(['Content-Length: 0', length(inner)], inner),
  'two lengths in one line': post([`Content-Length: 0, ${inner.length}`], inner),
  'a length with a sign': post([`Content-Length: +${inner.length}`], inner),
  'a negative length': post(['Content-Length: -1'], inner),
  'a length that is hexadecimal': post([`Content-Length: 0x${inner.length.toString(16)}`], inner),
  'a length and a space before the colon': post([`Content-Length : ${inner.length}`], inner),
  'TE.TE, the second unknown': post(['Transfer-Encoding: chunked', 'Transfer-Encoding: cow', length(ended)], ended),
  'TE.TE, the first unknown': post(['Transfer-Encoding: xchunked', length(ended)], ended),
  'TE with a space before the colon': post(['Transfer-Encoding : chunked', length(ended)], ended),
  'TE with a tabulator': post(['Transfer-Encoding:\tchunked', length(ended)], ended),
  'TE on a line that goes on': post(['X: y', ' Transfer-Encoding: chunked', length(ended)], ended),
  'TE folded': post(['Transfer-Encoding:', ' chunked', length(ended)], ended),
  'TE with a vertical tabulator': post(['Transfer-Encoding: \x0bchunked', length(ended)], ended),
  'TE after a bare line feed': post(['X: y\nTransfer-Encoding: chunked', length(ended)], ended),
  'TE after a bare carriage return': post(['X: y\rTransfer-Encoding: chunked', length(ended)], ended),
  'identity and a length': post(['Transfer-Encoding: identity', length(ended)], ended),
  'chunked twice': post(['Transfer-Encoding: chunked, chunked', length(ended)], ended),
  'a chunk with a size that is none': post(['Transfer-Encoding: chunked'], `0x1\r\na\r\n${ended}`),
  'a chunk of a size beyond all bounds': post(['Transfer-Encoding: chunked'], `fffffffffffffffff\r\n${inner}`),
  'a chunk that ends by a bare line feed': post(['Transfer-Encoding: chunked'], `1\na\n0\n\n${inner}`),
  'a chunk with an extension over a line feed': post(['Transfer-Encoding: chunked'], `1;a\nb\r\na\r\n${ended}`),
}
