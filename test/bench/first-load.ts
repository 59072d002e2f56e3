import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, gzipSync } from 'node:zlib'

type Chunk = {
  readonly file: string
  readonly src?: string
  readonly isEntry?: boolean
  readonly imports?: readonly string[]
  readonly css?: readonly string[]
}
type Manifest = Readonly<Record<string, Chunk>>

export type Loaded = { readonly file: string; readonly isEntry: boolean; readonly gzip: number; readonly brotli: number }
type FirstLoad = { readonly files: readonly Loaded[]; readonly gzip: number; readonly brotli: number }

/** What may be loaded before the first page of an interface stands, in KB (1000 bytes) of scripts and styles after gzip. */
export const limits = { portal: 140, console: 320 } as const
export type Interface = keyof typeof limits
/** What is loaded on demand, and by the first page at once: that page, and the texts, of which German has the longer words. */
const atOnce: Readonly<Record<Interface, readonly RegExp[]>> = {
  portal: [/\/pages\/ApplicationsPage\.vue$/, /\/de\.json$/],
  console: [/\/start\/DashboardPage\.vue$/, /\/messages\/de\.json$/, /\/texts\/de\.ts$/],
}

const built = fileURLToPath(new URL('../../dist/interfaces/', import.meta.url))

/** The scripts and styles that the first page of an interface loads, as the last build made them. */
export const firstLoad = (name: Interface): FirstLoad => {
  const folder = join(built, name)
  const manifest = JSON.parse(readFileSync(join(folder, '.vite/manifest.json'), 'utf8')) as Manifest
  const reached = new Set<Chunk>()
  const reach = (chunk: Chunk | undefined): void => {
    if (!chunk || reached.has(chunk)) return
    reached.add(chunk)
    for (const key of chunk.imports ?? []) reach(manifest[key])
  }
  for (const chunk of Object.values(manifest)) if (chunk.isEntry) reach(chunk)
  for (const pattern of atOnce[name]) {
    const found = Object.entries(manifest).filter(([key]) => pattern.test(`/${key}`))
    if (found.length === 0)
      throw new Error(`the build of ${name} has nothing that matches ${pattern}: say in test/bench/first-load.ts what its first page loads`)
    for (const [, chunk] of found) reach(chunk)
  }
  const entries = new Set([...reached].filter(({ isEntry }) => isEntry).map(({ file }) => file))
  const names = new Set([...reached].flatMap(({ file, css = [] }) => [file, ...css]))
  const files = ['theme.js', ...names].map((file) => {
    const bytes = readFileSync(join(folder, file))
    return { file, isEntry: entries.has(file), gzip: gzipSync(bytes, { level: 9 }).length, brotli: brotliCompressSync(bytes).length }
  })
  const sum = (of: 'gzip' | 'brotli') => files.reduce((total, file) => total + file[of], 0)
  return { files: files.toSorted((a, b) => b.gzip - a.gzip), gzip: sum('gzip'), brotli: sum('brotli') }
}
