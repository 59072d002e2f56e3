// @ts-check
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** @typedef {{ version?: string, integrity?: string, dev?: boolean, optional?: boolean, devOptional?: boolean, link?: boolean }} Locked */

/**
 * @param {string} file
 * @returns {Record<string, Locked> | undefined} the `packages` of a lock file, by path; `undefined` if there is no readable lock file
 */
function lockedPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages
  } catch {
    return undefined
  }
}

/**
 * Which packages of `package-lock.json` are not installed as it says. npm's own record of what it installed
 * (`node_modules/.package-lock.json`) is the measure, so `npm ci` and `npm install` by hand count alike. Optional packages may be
 * missing: they are for other platforms.
 *
 * @param {string} root the directory of `package.json`
 * @param {{ dev: boolean }} options `dev`: whether packages for development must be there too
 * @returns {string[]} their paths, e.g. `node_modules/fastify`; empty also where there is no lock file to compare with
 */
export function missingPackages(root, { dev }) {
  const wanted = lockedPackages(join(root, 'package-lock.json'))
  if (!wanted) return []
  const installed = lockedPackages(join(root, 'node_modules/.package-lock.json')) ?? {}
  return Object.entries(wanted)
    .filter(([path, lock]) => path !== '' && !isInstalled(root, path, lock, installed[path], dev))
    .map(([path]) => path)
}

/**
 * @param {string} root
 * @param {string} path
 * @param {Locked} lock
 * @param {Locked | undefined} found
 * @param {boolean} dev
 */
function isInstalled(root, path, lock, found, dev) {
  if (!found) return Boolean(lock.optional || lock.devOptional || (lock.dev && !dev))
  return found.version === lock.version && found.integrity === lock.integrity && existsSync(join(root, path, 'package.json'))
}
