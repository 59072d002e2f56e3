import { encode } from 'uqr'
import { html, type Html } from './html.ts'

/** What scanners need to stay free around a code, in modules (ISO/IEC 18004). */
const quiet = 4
/** At error correction M. */
const mostBytes = 2331

/** The dark modules, one `M…h…` for each run of them in a row. */
const runs = (rows: readonly (readonly boolean[])[]): string =>
  rows
    .flatMap((row, y) =>
      row.flatMap((dark, x) => {
        if (!dark || row[x - 1]) return []
        const end = row.indexOf(false, x)
        const length = (end < 0 ? row.length : end) - x
        return `M${x + quiet} ${y + quiet}h${length}v1h-${length}z`
      }),
    )
    .join('')

/**
 * A QR code of `text` as SVG, one unit a module. Dark on light whatever the page is, since many scanners read nothing else; the colours
 * are attributes, so that no style sheet is needed. Throws where `text` has more than 2,331 bytes of UTF-8.
 */
export const qrCode = (text: string, label: string): Html => {
  const bytes = Buffer.byteLength(text)
  if (bytes > mostBytes) throw new RangeError(`A QR code holds ${mostBytes} bytes, and this text has ${bytes}: shorten it`)
  const { data, size } = encode(text, { ecc: 'M', border: 0 })
  const edge = size + 2 * quiet
  return html`<svg class="qr" role="img" aria-label="${label}" viewBox="0 0 ${edge} ${edge}" shape-rendering="crispEdges">
    <path fill="#fff" d="M0 0h${edge}v${edge}h-${edge}z" />
    <path fill="#000" d="${runs(data)}" />
  </svg>`
}
