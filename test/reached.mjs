// @ts-check
import { existsSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'

/** A file of the project that a text names in quotes, by its place beside the one that names it: what is imported, and what is started as a process. */
const named = /['"`]([\w./-]+\.(?:ts|mjs))['"`]/g

/** @type {Map<string, readonly string[]>} */
const known = new Map()

/**
 * @param {string} root
 * @param {string} file
 */
function namedIn(root, file) {
  const before = known.get(file)
  if (before) return before
  const beside = [...readFileSync(join(root, file), 'utf8').matchAll(named)].map(([, name = '']) => posix.join(posix.dirname(file), name))
  const found = [...new Set(beside)].filter((path) => existsSync(join(root, path)))
  known.set(file, found)
  return found
}

/**
 * Whether a file names another, or names one that does, however many are between.
 *
 * @param {string} root
 * @param {string} file
 * @param {string} wanted both relative to `root`, with forward slashes
 */
export function reaches(root, file, wanted) {
  const seen = new Set([file])
  for (const one of seen) {
    if (one === wanted) return true
    for (const next of namedIn(root, one)) seen.add(next)
  }
  return false
}
