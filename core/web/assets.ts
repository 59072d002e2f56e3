import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { constants, gzipSync } from 'node:zlib'

/** A file that pages load. Its address changes with its content, so it may be cached for ever. */
export type Asset = { readonly type: string; readonly body: Buffer; readonly gzip: Buffer; readonly etag: string }

const folder = new URL('./static/', import.meta.url)
const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

const read = (name: string): { readonly address: string; readonly asset: Asset } => {
  const extension = extname(name)
  const type = types[extension]
  if (!type) throw new Error(`core/web/static/${name}: no media type is known for “${extension}”; add it in core/web/assets.ts`)
  const body = readFileSync(new URL(name, folder))
  const hash = createHash('sha256').update(body).digest('base64url').slice(0, 12)
  return {
    address: `/static/${name.slice(0, -extension.length)}.${hash}${extension}`,
    asset: { type, body, gzip: gzipSync(body, { level: constants.Z_BEST_COMPRESSION }), etag: `"${hash}"` },
  }
}

type Assets = { readonly byAddress: ReadonlyMap<string, Asset>; readonly addresses: ReadonlyMap<string, string> }
let loaded: Assets | undefined

const load = (): Assets => {
  const files = readdirSync(folder).map((name) => ({ name, ...read(name) }))
  return {
    byAddress: new Map(files.map(({ address, asset }) => [address, asset])),
    addresses: new Map(files.map(({ name, address }) => [name, address])),
  }
}

/** Every asset by its address, e.g. `/static/flow.Zk3…9a.css`. Read once. */
export const assets = (): ReadonlyMap<string, Asset> => (loaded ??= load()).byAddress

/** The address of a file in `static/`. */
export const assetAddress = (name: string): string => {
  const address = (loaded ??= load()).addresses.get(name)
  if (!address) throw new Error(`core/web/static/${name} does not exist`)
  return address
}
