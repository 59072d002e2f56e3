import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { extname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where the build puts the interfaces, see core/interfaces/build. */
const builtFolder = fileURLToPath(new URL('../../dist/interfaces/', import.meta.url))

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
}

/** A built file on the disk: interfaces are large, and most of them is never asked for. `encodings` are there beside it, compressed. */
export type BuiltFile = {
  readonly path: string
  readonly type: string
  /** Its name changes with its content. */
  readonly isImmutable: boolean
  readonly encodings: readonly ('br' | 'gzip')[]
  readonly etag: string
}
const suffixes = { br: '.br', gzip: '.gz' } as const

/** The files that pages load, by their path below the folder, with forward slashes. Empty where nothing has been built. */
export const builtFiles = (folder = builtFolder): ReadonlyMap<string, BuiltFile> => {
  if (!existsSync(folder)) return new Map()
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => name.split(sep).join('/'))
  const known = new Set(names)
  const files = names.flatMap((name) => {
    const type = types[extname(name)]
    if (!type || /(?:^|\/)\./.test(name) || name.endsWith('.html')) return []
    const path = join(folder, name)
    const { size, mtimeMs } = statSync(path)
    const encodings = (['br', 'gzip'] as const).filter((encoding) => known.has(`${name}${suffixes[encoding]}`))
    const file: BuiltFile = {
      path,
      type,
      isImmutable: name.includes('/assets/'),
      encodings,
      etag: `"${size.toString(36)}-${Math.trunc(mtimeMs).toString(36)}"`,
    }
    return [[name, file] as const]
  })
  return new Map(files)
}

/** Where the file is that fits what the browser accepts. */
export const encoded = ({ path, encodings }: BuiltFile, accepted: string): { readonly path: string; readonly encoding?: 'br' | 'gzip' } => {
  const encoding = encodings.find((one) => new RegExp(String.raw`\b${one}\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))`).test(accepted))
  return encoding ? { path: `${path}${suffixes[encoding]}`, encoding } : { path }
}

/** The page of an interface; undefined: it has not been built. */
export const builtPage = (kind: string, folder = builtFolder): string | undefined => {
  const path = join(folder, kind, 'index.html')
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}
