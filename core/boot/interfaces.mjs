// @ts-check
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runChild } from './child.mjs'

/** What the built interfaces are made of, relative to the directory of `package.json`. */
const sources = ['core/interfaces', 'plugins/interfaces', 'core/web/static', 'core/configuration/yaml.ts', 'package-lock.json']
const built = 'dist/interfaces'
const builder = 'core/interfaces/build/main.ts'
const stampFile = 'stamp'

/**
 * @param {string} path
 * @returns {string[]} the file, or the files of the folder, in a stable order
 */
function filesOf(path) {
  if (!existsSync(path)) return []
  const entries = readdirSync(path, { withFileTypes: true, recursive: false })
  return entries
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => (entry.isDirectory() ? filesOf(join(path, entry.name)) : [join(path, entry.name)]))
}

/**
 * Names what the interfaces are built from: other sources, another name. Tests and descriptions do not count.
 *
 * @param {string} root the directory of `package.json`
 */
function nameOf(root) {
  const hash = createHash('sha256')
  for (const source of sources) {
    const path = join(root, source)
    for (const file of /\.[a-z]+$/.test(source) ? [path] : filesOf(path)) {
      if (/\.(test\.ts|fixture\.ts|md)$/.test(file) || !existsSync(file)) continue
      hash.update(file.slice(root.length)).update('\0').update(readFileSync(file)).update('\0')
    }
  }
  return hash.digest('hex')
}

/**
 * @param {string} root
 * @param {string} folder where the interfaces were built to
 */
export const writeStamp = (root, folder) => writeFileSync(join(folder, stampFile), nameOf(root))

/**
 * Have the interfaces been built from the sources that are there?
 *
 * @param {string} root
 */
function isBuilt(root) {
  const stamp = join(root, built, stampFile)
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === nameOf(root)
}

/** Flags of Node with which the build takes a quarter less memory, at the cost of more work for its collector. */
export const sparing = ['--max-semi-space-size=8', '--max-old-space-size=600']

/**
 * Builds the interfaces where their sources have changed; does nothing (in a few milliseconds) where they have not. Without the sources, as in a
 * package, what is there is used.
 *
 * @param {string} root the directory of `package.json`
 * @param {string} node the Node program that runs Sluice
 * @returns {Promise<string | undefined>} what went wrong
 */
export async function ensureBuilt(root, node) {
  if (!existsSync(join(root, builder)) || isBuilt(root)) return undefined
  const started = Date.now()
  process.stderr.write('Building the interfaces (Vite) ')
  const ticker = setInterval(() => process.stderr.write('.'), 1000)
  let output = ''
  const end = await runChild(node, [...sparing, join(root, builder)], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    onOutput: (text) => {
      output += text
    },
  }).finally(() => clearInterval(ticker))
  if (end.code !== 0)
    return `\nThe interfaces could not be built:\n${output.trim()}\nIt needs about 800 MB of memory and 50 MB of disk; build elsewhere and copy ${built} here if this machine has less.`
  process.stderr.write(` done in ${Math.ceil((Date.now() - started) / 1000)} s\n`)
  return undefined
}
