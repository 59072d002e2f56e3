import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Plugin } from '../api/index.ts'

const directoriesIn = (directory: string): readonly string[] =>
  readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(directory, entry.name))
    .toSorted()

const isPlugin = (value: unknown): value is Plugin => {
  if (typeof value !== 'object' || value === null) return false
  const { id, version, api } = value as Readonly<Record<string, unknown>>
  return [id, version, api].every((text) => typeof text === 'string')
}

/** Imports one plugin. Throws where it cannot be loaded, or is none. */
export const importPlugin = async (file: string): Promise<Plugin> => {
  const { default: plugin } = (await import(pathToFileURL(file).href)) as { readonly default?: unknown }
  if (!isPlugin(plugin)) throw new Error('its default export is not made by definePlugin')
  return plugin
}

/**
 * Imports the plugins of a tree: `<root>/<family>/<name>/plugin.ts`, each with its plugin as default export.
 * @returns them in the order of their paths, or every file that could not be loaded and why
 */
export const loadPlugins = async (
  root: string,
): Promise<{ readonly plugins: readonly Plugin[] } | { readonly problems: readonly string[] }> => {
  const files = directoriesIn(root)
    .flatMap(directoriesIn)
    .map((directory) => join(directory, 'plugin.ts'))
    .filter((file) => existsSync(file))
  const loaded = await Promise.all(
    files.map(async (file) => {
      try {
        return { plugin: await importPlugin(file) }
      } catch (error) {
        return { problem: `${file}: ${error instanceof Error ? error.message : String(error)}` }
      }
    }),
  )
  const problems = loaded.flatMap(({ problem }) => problem ?? [])
  return problems.length > 0 ? { problems } : { plugins: loaded.flatMap(({ plugin }) => plugin ?? []) }
}
