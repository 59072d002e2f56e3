import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Plugin } from '../api/index.ts'
import { importPlugin } from './plugins.ts'

/** A plugin from elsewhere that is not in use, and why. `id` and what it would have brought, where it told them. */
export type Disabled = { readonly id?: string; readonly kinds?: readonly string[]; readonly path: string; readonly reason: string }

type Found = { readonly path: string; readonly plugin: Plugin }

/** Milliseconds that importing one may take. */
const patience = 10_000

const entries = ['plugin.ts', 'plugin.js', 'plugin.mjs']
const isCode = (name: string) => /\.(ts|js|mjs)$/.test(name) && !/\.(test|d)\.\w+$/.test(name)

/** The file that a package says is its entry (https://nodejs.org/api/packages.html#package-entry-points), as far as plugins need it. */
const entryOfPackage = (directory: string): string => {
  const { exports, main } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as {
    readonly exports?: unknown
    readonly main?: string
  }
  const named = (value: unknown): string | undefined => {
    if (typeof value === 'string') return value
    if (typeof value !== 'object' || value === null) return undefined
    const map = value as Readonly<Record<string, unknown>>
    return named(map['.']) ?? named(map['import']) ?? named(map['default'])
  }
  return join(directory, named(exports) ?? main ?? 'index.js')
}

/** The file of the plugin that a directory is, if it is one. */
const pluginIn = (directory: string): string | undefined => {
  const entry = entries.map((name) => join(directory, name)).find((file) => existsSync(file))
  return entry ?? (existsSync(join(directory, 'package.json')) ? entryOfPackage(directory) : undefined)
}

/** The plugins of a directory that is none itself: its files and its directories, in the order of their names. */
const pluginsIn = (directory: string): readonly (string | Disabled)[] =>
  readdirSync(directory, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.') && name !== 'node_modules')
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(directory, entry.name)
      if (!statSync(path).isDirectory()) return isCode(entry.name) ? [path] : []
      return [pluginIn(path) ?? { path, reason: `${path} has neither a ${entries.join(', ')} nor a package.json` }]
    })

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const filesOf = (path: string): readonly (string | Disabled)[] => {
  try {
    if (!existsSync(path)) return [{ path, reason: `there is nothing at ${path}; correct SLUICE_PLUGINS` }]
    if (!statSync(path).isDirectory()) return [path]
    const plugin = pluginIn(path)
    return plugin === undefined ? pluginsIn(path) : [plugin]
  } catch (error) {
    return [{ path, reason: `${path} cannot be read: ${reasonOf(error)}` }]
  }
}

const late = (path: string): Promise<never> =>
  new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`${basename(path)} was not loaded after ${patience / 1000} s`)), patience).unref()
  })

/** Imports the plugins at these paths, each by itself: one that cannot be loaded disables no other. */
export const loadExternalPlugins = async (
  paths: readonly string[],
): Promise<{ readonly found: readonly Found[]; readonly disabled: readonly Disabled[] }> => {
  const loaded = await Promise.all(
    paths.flatMap(filesOf).map(async (file): Promise<Found | Disabled> => {
      if (typeof file !== 'string') return file
      try {
        return { path: file, plugin: await Promise.race([importPlugin(file), late(file)]) }
      } catch (error) {
        return { path: file, reason: `${file}: ${reasonOf(error)}` }
      }
    }),
  )
  return {
    found: loaded.flatMap((one) => ('plugin' in one ? [one] : [])),
    disabled: loaded.flatMap((one) => ('reason' in one ? [one] : [])),
  }
}
