// @ts-check
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Not of the project: what is installed, generated, or an operator's own. The same as in `.gitignore`. */
const foreign = new Set(['node_modules', '.git', '.cache', 'data', 'dist', 'sluice.yml'])

/**
 * The project's files, in a stable order.
 *
 * @param {string} root
 * @param {string} [under] a folder within, e.g. `core/api`
 * @returns {string[]} paths relative to `root`, with forward slashes
 */
export function projectFiles(root, under = '') {
  return readdirSync(join(root, under), { withFileTypes: true })
    .filter(({ name }) => !(foreign.has(name) && (under === '' || name === 'node_modules')) && !name.endsWith('.log'))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = under === '' ? entry.name : `${under}/${entry.name}`
      return entry.isDirectory() ? projectFiles(root, path) : [path]
    })
}
